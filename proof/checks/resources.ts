import type { Fault } from '../findings.ts';
import { commandsIn } from '../graph/command-words.ts';
import { imageFactsOf } from '../graph/images.ts';
import { processOf } from '../graph/programs.ts';
import { allClaims, isForGiven } from '../graph/volume-claims.ts';
import { placeIn } from '../graph/objects.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { amountOf } from '../../model/quantity.ts';
import { called, containerCalled, inContainer, inPod, when, type Check } from './subject.ts';

const mebi = 2 ** 20;

/** Requests must fit limits, and neither may be as large or small as only a wrong unit makes it. */
export const quantities: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => quantityFaults(workload, container)),
  );

function quantityFaults(workload: Workload, container: Container): Fault[] {
  const { limits, requests } = container.spec.resources;
  const where = containerCalled(workload, container);
  return [
    ...Object.keys(requests).flatMap((name) =>
      when(amountOf(requests[name] ?? 0) > amountOf(limits[name] ?? Infinity), () => ({
        code: 'QUANTITY',
        message: `${where} asks for ${name} ${requests[name] ?? ''}, more than its limit of ${limits[name] ?? ''}.`,
        here: inContainer(container, 'resources', 'requests', name),
        there: inContainer(container, 'resources', 'limits', name),
        fix: 'Lower the request, or raise the limit.',
      })),
    ),
    ...ratioFaults(container, where),
    ...(['requests', 'limits'] as const).flatMap((field) =>
      Object.entries(container.spec.resources[field]).flatMap(([name, text]) =>
        when(oddity(name, amountOf(text)), () => ({
          code: 'QUANTITY',
          message: `${where} has a ${name} of ${text}: ${oddity(name, amountOf(text)) ?? ''}.`,
          here: inContainer(container, 'resources', field, name),
          fix: 'Check the unit: 512Mi, 2Gi, 250m.',
        })),
      ),
    ),
  ];
}

/** Two quantities of one container that only a wrong unit puts side by side. */
function ratioFaults(container: Container, where: string): Fault[] {
  const { limits, requests } = container.spec.resources;
  const [cores, asked, most] = [requests['cpu'] ?? 0, requests['memory'] ?? Infinity, limits['memory'] ?? 0];
  const at = (field: string, name: string) => inContainer(container, 'resources', field, name);
  return [
    ...when(amountOf(cores) >= 8 && amountOf(asked) < amountOf(cores) * leastPerCore, () => ({
      code: 'QUANTITY',
      message: `${where} asks for ${cores} cores and ${asked} of memory.`,
      here: at('requests', 'cpu'),
      there: at('requests', 'memory'),
      fix: 'Check the unit: 250m is a quarter of a core.',
    })),
    ...when(amountOf(most) > amountOf(asked) * widestBurst, () => ({
      code: 'QUANTITY',
      message: `${where} may take ${most} of memory, but asks for ${asked} only: a node may have none of the rest.`,
      here: at('limits', 'memory'),
      there: at('requests', 'memory'),
      fix: 'Check the units of both.',
    })),
  ];
}

/** A limit above this multiple of the request is a wrong unit, not a burst. */
const widestBurst = 64;

/** Many cores with less memory than this for each: the m of millicores is missing. */
const leastPerCore = 64 * mebi;

/** Why an amount is implausible; `undefined` for any other. */
function oddity(name: string, value: number): string | undefined {
  if (Number.isNaN(value)) return 'no quantity';
  if (name === 'cpu' && value > 256) return 'no node has so many cores';
  if (name === 'cpu' && value > 0 && value < 0.001) return 'below a thousandth of a core';
  if (name === 'memory' && value > 0 && value < mebi / 4) return 'no process runs in that';
  if (name === 'memory' && value > 24 * 2 ** 40) return 'no node has so much';
  return undefined;
}

/** A claim of a few bytes, or of more than any disk. */
export const claimSizes: Check = ({ graph }) =>
  allClaims(graph).flatMap(({ object, spec, path }): Fault[] => {
    const text = spec.resources.requests.storage;
    const value = amountOf(text ?? Infinity);
    // The API server refuses what asks for nothing.
    if (text === undefined || value <= 0) return [];
    if (isForGiven(spec)) return [];
    if (value >= 64 * mebi && value <= 256 * 2 ** 40) return [];
    return [
      {
        code: 'QUANTITY',
        // A file server gives what it has, whatever is asked for.
        severity: 'warning',
        message: `${called(object)} claims ${text} of storage, which is ${value < 64 * mebi ? 'next to nothing' : 'more than any disk has'}.`,
        here: placeIn(object, ...path, 'resources', 'requests', 'storage'),
        fix: 'Check the unit: 10Gi.',
      },
    ];
  });

/** Scratch space that holds no file, or more than a node's disk. */
export const scratchSizes: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.pod.volumes.flatMap(({ name, emptyDir }, index): Fault[] => {
      const value = amountOf(emptyDir?.sizeLimit ?? mebi);
      if (value >= mebi / 2 && value <= 2 ** 40) return [];
      return [
        {
          code: 'QUANTITY',
          message: `Volume "${name}" of ${called(workload)} may hold ${emptyDir?.sizeLimit ?? ''}, ${value < mebi ? 'next to nothing: its pod is evicted at the first file' : 'more than a node has'}.`,
          here: inPod(workload, 'volumes', index, 'emptyDir', 'sizeLimit'),
          fix: 'Check the unit: 64Mi.',
        },
      ];
    }),
  );

/** The memory a program is configured to take must leave a tenth of the limit, or it is killed (OOM). */
export const memorySettings: Check = ({ graph, known, beside }) => {
  const taken = graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const facts = [
        ...imageFactsOf(beside.images, workload, container).facts,
        // In an image of one's own by the command.
        ...beside.images.filter(({ name }) => name !== undefined && programsOf(container).includes(name)),
      ].filter(({ memory }, index, all) => memory && all.findIndex((one) => one.memory === memory) === index);
      const running = facts.length > 0 ? processOf(graph, workload, container) : undefined;
      const told = facts.flatMap(({ memory }) => (running && memory?.(running)) ?? []);
      return told.length > 0 ? [{ workload, container, told }] : [];
    }),
  );
  const byPrograms = known.map(({ workload, container, program, running }) => ({
    ...{ workload, container, told: program.facts.memory?.(running) ?? [] },
  }));
  return [...byPrograms, ...taken].flatMap(({ workload, container, told }): Fault[] => {
    const limit = amountOf(container.spec.resources.limits['memory'] ?? Number.NaN) / mebi;
    const sum = told.reduce((total, { mebibytes }) => total + mebibytes, 0);
    const [first] = told;
    if (!first || !(sum > limit * 0.9)) return [];
    return [
      {
        code: 'MEMORY',
        message: `${called(workload)} is told to take ${told.map(({ says }) => says).join(' and ')}, but is killed above ${container.spec.resources.limits['memory'] ?? ''}.`,
        here: container.variables.get(first.in)?.place ?? inContainer(container, 'name'),
        there: inContainer(container, 'resources', 'limits', 'memory'),
        fix: 'Raise the limit, or lower what it is told to take: a tenth at least must be left.',
      },
    ];
  });
};

/** What a container's commands start, without folders. */
const programsOf = (container: Container): readonly string[] =>
  commandsIn(container).map(([first = '']) => first.split('/').at(-1) ?? '');

/** Replicas of a store that is not configured as a cluster do not share data. */
export const replicas: Check = ({ known }) =>
  known.flatMap(({ workload, program, running }): Fault[] =>
    workload.replicas > 1 && program.facts.alone?.(running)
      ? [
          {
            code: 'REPLICAS_APART',
            message: `${called(workload)} runs ${workload.replicas} times, but as it is configured each ${program.service.name} knows nothing of the others: what is written to one is not in the next.`,
            here: placeIn(workload.object, 'spec', 'replicas'),
            fix: 'Write replicas: 1, or configure a cluster.',
          },
        ]
      : [],
  );
