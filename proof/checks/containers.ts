import { distance } from 'fastest-levenshtein';
import { parseEnv } from '../../contract/env.ts';
import { nearest } from '../../contract/nearest.ts';
import { repositoryOf, type Program } from '../../contract/programs.ts';
import { shownText, type Variable } from '../../contract/variable.ts';
import { backendVariables } from '../../contract/services/backend-variables.ts';
import type { Fault } from '../findings.ts';
import { placeOfSetting } from '../graph/files.ts';
import { declaredPorts } from '../graph/ports.ts';
import type { KnownContainer } from '../graph/programs.ts';
import type { Graph } from '../graph/graph.ts';
import type { Place } from '../source.ts';
import { sayingOf } from './services.ts';
import { called, containerCalled, inContainer, type Check } from './subject.ts';

/** A container must declare the ports its process really opens. */
export const openedPorts: Check = ({ known }) =>
  known.flatMap(({ workload, container, program, opens: listens }) => {
    const numbers = [...Object.values(listens), ...(program.facts.otherPorts ?? [])];
    return container.spec.ports.flatMap(({ name, containerPort, protocol }, index): Fault[] => {
      const named = name === undefined ? undefined : listens[name];
      const wrong = named === undefined ? !numbers.includes(containerPort) : named !== containerPort;
      const opened = Object.entries(listens)
        .map(([port, number]) => `${port} (${number})`)
        .join(', ');
      const here = inContainer(container, 'ports', index, 'containerPort');
      const missing = Object.values(listens).filter(
        (number) => !container.spec.ports.some((port) => port.containerPort === number),
      );
      return [
        ...(wrong
          ? [
              {
                code: 'CONTAINER_PORT' as const,
                message: `${containerCalled(workload, container)} declares port ${name ? `${name} ` : ''}${containerPort}, but as it is configured ${program.service.name} opens ${opened}.`,
                here,
                there: configuredAt(container, program.service.ownPorts?.[name ?? ''] ?? ''),
                fix: `Declare ${named ?? (missing.join(' or ') || 'none of them')}, or configure the process for ${containerPort}.`,
                hint: sayingOf(containerPort),
              },
            ]
          : []),
        ...(protocol === 'TCP'
          ? []
          : [
              {
                code: 'PROTOCOL_MISMATCH' as const,
                message: `${containerCalled(workload, container)} declares ${protocol} on port ${containerPort}; ${program.service.name} speaks TCP.`,
                here: inContainer(container, 'ports', index, 'protocol'),
                fix: 'Write TCP.',
              },
            ]),
      ];
    });
  });

/** Where a variable of a container is written, else the container's own list. */
const configuredAt = (container: KnownContainer['container'], variable: string): Place =>
  container.env.find(({ name }) => name === variable)?.place ?? inContainer(container, 'image');

/** Two ports of one pod with one number or one name: the second process cannot listen, or is never found. */
export const containerPortsTwice: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) => {
    const all = declaredPorts(workload);
    return all.flatMap((port, position): Fault[] => {
      const first = all
        .slice(0, position)
        .find(
          ({ number, protocol, name }) =>
            (number === port.number && protocol === port.protocol) ||
            (name !== undefined && name === port.name),
        );
      return first
        ? [
            {
              code: 'PORT_TWICE',
              message: `${called(workload)} declares port ${port.name ?? port.number} (${port.number}) beside ${first.name ?? first.number} (${first.number}).`,
              here: inContainer(port.container, 'ports', port.index, 'containerPort'),
              there: inContainer(first.container, 'ports', first.index, 'containerPort'),
              fix: 'Give each port of the pod a number and a name of its own.',
            },
          ]
        : [];
    });
  });

/** The environment must parse by the program's own schema; every bad variable is named. */
export const environments: Check = ({ graph, known, programs }) =>
  known.flatMap((one) => [
    ...badValues(one),
    ...unknownNames(one),
    ...namesOfOthers(one, programs),
    ...badSettings(graph, one),
  ]);

function badValues(known: KnownContainer): Fault[] {
  const { workload, container, program, process } = known;
  const { variables = {} } = program.service;
  if (variables === backendVariables) return badBackendValues(known);
  return container.env.flatMap(({ name, value, secret, place }): Fault[] => {
    const variable = variables[name];
    if (!variable || !process.env[name] || variable.schema.safeParse(value).success) return [];
    const shown = secret || variable.secret ? '(secret, not shown)' : `"${shownText(value ?? '')}"`;
    return [
      {
        code: 'ENV_INVALID',
        message: `${name} of ${called(workload)} is ${shown}; expected ${variable.expected}. The process would refuse to start.`,
        here: place,
        fix: `Write ${variable.expected}.`,
      },
    ];
  });
}

/** The app's own schema, as the app itself reads it, what contradicts each other included. */
function badBackendValues({ workload, container, process }: KnownContainer): Fault[] {
  const variables: Readonly<Record<string, Variable>> = backendVariables;
  // A secret that is kept elsewhere is there for all we know.
  const kept = [...process.names].filter((name) => variables[name]?.secret).map((name) => [name, 'kept']);
  const result = parseEnv({ ...Object.fromEntries(kept), ...process.env });
  return (result.ok ? [] : result.problems).map(({ name, message }) => ({
    code: 'ENV_INVALID' as const,
    message: `${called(workload)} would refuse to start: ${message}`,
    here: configuredAt(container, name),
    fix: variables[name] ? `Write ${variables[name].expected}.` : `Correct ${name}.`,
  }));
}

/** A name one slip away from a variable the program reads: it is set, and nothing reads it. */
function unknownNames({ workload, container, program }: KnownContainer): Fault[] {
  const known = Object.keys(program.service.variables ?? {});
  return container.env
    .filter(({ name }) => !known.includes(name))
    .flatMap(({ name, place }): Fault[] => {
      const meant = known.find(
        (one) => distance(one, name) <= 2 && !container.env.some((entry) => entry.name === one),
      );
      return meant
        ? [
            {
              code: 'ENV_UNKNOWN',
              message: `${name} is set for ${called(workload)}, but ${program.service.name} reads no such variable; ${meant} is not set.`,
              here: place,
              fix: `Write ${meant}.`,
            },
          ]
        : [];
    });
}

/** A variable that only another program reads: its ConfigMap, or its line, was taken by mistake. */
function namesOfOthers(
  { workload, container, program }: KnownContainer,
  programs: readonly Program[],
): Fault[] {
  return container.env.flatMap(({ name, place }): Fault[] => {
    const reader = programs.find(({ service }) => Object.hasOwn(service.variables ?? {}, name));
    // A password called REDIS_PASSWORD is at home in Redis, whoever else reads that name.
    const own =
      Object.hasOwn(program.service.variables ?? {}, name) ||
      name.startsWith(program.service.name.toUpperCase());
    if (!reader || own) return [];
    return [
      {
        code: 'ENV_OF_ANOTHER',
        message: `${name} is set for ${called(workload)}, which is ${program.service.name}; ${reader.service.name} reads it.`,
        here: place,
        there: inContainer(container, 'image'),
        fix: `Take it away, or take what ${program.service.name} reads.`,
      },
    ];
  });
}

function badSettings(graph: Graph, { workload, container, program, process }: KnownContainer): Fault[] {
  return (program.facts.problems?.(process) ?? []).map(({ in: where, message, fix }) => ({
    code: 'BAD_SETTING' as const,
    message: `${called(workload)}: ${message}`,
    here: placeOfSetting(graph, workload, container, where),
    fix,
  }));
}

/** `$(NAME)` in a value stands for itself when NAME is not set before it. */
export const envReferences: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const all = new Map(container.env.map((entry, index) => [entry.name, index]));
      const inWords = (['command', 'args'] as const).flatMap((field) =>
        container.spec[field].flatMap((word, index) =>
          referredIn(word)
            .filter((other) => !all.has(other) && nearest(other, [...all.keys()]) !== undefined)
            .map((other) => ({
              code: 'ENV_REFERENCE' as const,
              message: `${containerCalled(workload, container)} is started with $(${other}), which is not set: the process gets the text "$(${other})".`,
              here: inContainer(container, field, index),
              fix: `Write $(${nearest(other, [...all.keys()]) ?? other}).`,
            })),
        ),
      );
      const inValues = container.spec.env.flatMap(({ name, value }, index): Fault[] => {
        const before = (other: string): boolean => (all.get(other) ?? Infinity) < (all.get(name) ?? 0);
        return referredIn(value ?? '')
          .filter((other) => !before(other))
          .map((other) => {
            const near = nearest(
              other,
              [...all.keys()].filter((key) => key !== name),
            );
            return {
              code: 'ENV_REFERENCE' as const,
              message: `${name} of ${called(workload)} refers to $(${other}), which is not set before it: the process gets the text "$(${other})".`,
              here: inContainer(container, 'env', index, 'value'),
              fix: all.has(other)
                ? `Set ${other} before ${name}.`
                : near
                  ? `Write $(${near}).`
                  : `Set ${other}, or write $$(${other}) where the text itself is meant.`,
            };
          });
      });
      return [...inWords, ...inValues];
    }),
  );

const referredIn = (text: string): string[] =>
  [...text.matchAll(/(?<!\$)\$\(([-._A-Za-z0-9]+)\)/g)].map(([, name = '']) => name);

/** One name twice in a container's list: the second one wins. */
export const envTwice: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      container.spec.env.flatMap(({ name }, index): Fault[] => {
        const first = container.spec.env.findIndex((other) => other.name === name);
        return first < index
          ? [
              {
                code: 'ENV_TWICE',
                message: `${name} is set twice in ${containerCalled(workload, container)}; the second wins.`,
                here: inContainer(container, 'env', index, 'name'),
                there: inContainer(container, 'env', first, 'name'),
                fix: 'Remove one.',
              },
            ]
          : [];
      }),
    ),
  );

/** Kubernetes writes `REDIS_PORT=tcp://10.0.0.1:6379` into pods beside a Service called redis. */
export const serviceLinks: Check = ({ graph, known }) =>
  known.flatMap(({ workload, container, program }) => {
    if (workload.pod.enableServiceLinks === false) return [];
    const links = new Map(
      graph
        .ofKind('Service')
        .filter(
          ({ namespace, content }) => namespace === workload.namespace && content.spec.clusterIP !== 'None',
        )
        .map((service) => [`${service.name.toUpperCase().replaceAll('-', '_')}_PORT`, service]),
    );
    return Object.keys(program.service.variables ?? {}).flatMap((variable): Fault[] => {
      const service = links.get(variable);
      if (!service || container.env.some(({ name }) => name === variable)) return [];
      return [
        {
          code: 'SERVICE_LINK',
          message: `${variable} of ${called(workload)} is not set, so Kubernetes sets it to an address like tcp://10.0.0.1:1234, because of ${called(service)}.`,
          here: inContainer(container, 'name'),
          there: { doc: service.doc, path: ['metadata', 'name'] },
          fix: `Set enableServiceLinks: false on the pod, or set ${variable}.`,
        },
      ];
    });
  });

/** An image one letter off a well-known one is a typo, or somebody's trap. */
export const images: Check = ({ graph, programs }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const repository = repositoryOf(container.spec.image ?? '');
      const near = programs
        .map(({ facts }) => facts.image)
        .find((image) => {
          const letters = distance(image, repository);
          return letters > 0 && letters <= Math.min(2, image.length - 3);
        });
      return near
        ? [
            {
              code: 'IMAGE_NAME',
              message: `${containerCalled(workload, container)} runs "${repository}", which is a letter or two from "${near}".`,
              here: inContainer(container, 'image'),
              fix: `Write ${near}, if that is meant.`,
            },
          ]
        : [];
    }),
  );

/** A step and its pod's container from one repository are one program: two tags are two versions of it. */
export const imageTags: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container, index): Fault[] => {
      const { image = '' } = container.spec;
      const other = workload.containers
        .slice(0, index)
        .find(({ spec }) => spec.image !== image && repositoryOf(spec.image ?? '') === repositoryOf(image));
      return other
        ? [
            {
              code: 'IMAGE_TAGS',
              message: `${containerCalled(workload, container)} runs ${image}, its container ${other.name} ${other.spec.image ?? ''}.`,
              here: inContainer(container, 'image'),
              there: inContainer(other, 'image'),
              fix: 'Write one tag at both.',
            },
          ]
        : [];
    }),
  );
