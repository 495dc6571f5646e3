import { distance } from 'fastest-levenshtein';
import { parseBackendEnv } from '../../contract/backend-env.ts';
import { nearest } from '../../model/nearest.ts';
import type { Program } from '../../model/program.ts';
import { backendVariables } from '../../contract/services/backend-variables.ts';
import { expectationOf, shownText, valueIn, type Variable } from '../../model/variable.ts';
import type { Fault } from '../findings.ts';
import { placeOfSetting } from '../graph/files.ts';
import type { Graph } from '../graph/graph.ts';
import type { KnownContainer } from '../graph/programs.ts';
import { configuredAt } from './containers.ts';
import { called, containerCalled, inContainer, type Check } from './subject.ts';

/** The environment must parse by the program's own schema; every bad variable is named. */
export const environments: Check = ({ graph, known, programs }) =>
  known.flatMap((one) => [
    ...badValues(one),
    ...unknownNames(one),
    ...namesOfOthers(one, programs),
    ...badSettings(graph, one),
  ]);

function badValues(known: KnownContainer): Fault[] {
  const { workload, container, program, running } = known;
  const { variables = {} } = program.service;
  if (variables === backendVariables) return badBackendValues(known);
  return container.env.flatMap(({ name, value, secret, place }): Fault[] => {
    const variable = variables[name];
    const text = running.env[name];
    if (!variable || !text || valueIn(variable, text) !== undefined) return [];
    const shown = secret || variable.secret ? '(secret, not shown)' : `"${shownText(value ?? '')}"`;
    return [
      {
        code: 'ENV_INVALID',
        message: `${name} of ${called(workload)} is ${shown}; expected ${expectationOf(variable)}. The process would refuse to start.`,
        here: place,
        fix: `Write ${expectationOf(variable)}.`,
      },
    ];
  });
}

/** The app's own schema, as the app itself reads it, what contradicts each other included. */
function badBackendValues({ workload, container, running }: KnownContainer): Fault[] {
  const variables: Readonly<Record<string, Variable>> = backendVariables;
  // A secret that is kept elsewhere is there for all we know.
  const kept = [...running.names]
    .filter((name) => variables[name]?.secret)
    .map((name): [string, string] => [name, 'kept']);
  const result = parseBackendEnv({ ...Object.fromEntries(kept), ...running.env });
  return (result.ok ? [] : result.problems).map(({ name, message }) => ({
    code: 'ENV_INVALID' as const,
    message: `${called(workload)} would refuse to start: ${message}`,
    here: configuredAt(container, name),
    fix: variables[name] ? `Write ${expectationOf(variables[name])}.` : `Correct ${name}.`,
  }));
}

/** A name one slip away from a variable the program reads: it is set, and nothing reads it. */
function unknownNames({ workload, container, program }: KnownContainer): Fault[] {
  const known = Object.keys(program.service.variables ?? {});
  return container.env
    .filter(({ name }) => !known.includes(name))
    .flatMap(({ name, place }): Fault[] => {
      const meant = known.find(
        (one) =>
          (distance(one, name) <= 2 || new RegExp(`^${one}[^_A-Z0-9]`).test(name)) &&
          !container.env.some((entry) => entry.name === one),
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
  { workload, container, program, by }: KnownContainer,
  programs: readonly Program[],
): Fault[] {
  return container.env.flatMap(({ name, place }): Fault[] => {
    const reader = programs.find(({ service }) => Object.hasOwn(service.variables ?? {}, name));
    // A command may use a variable by any name: REDIS_PASSWORD in --requirepass $(REDIS_PASSWORD).
    const used = [
      ...container.spec.command,
      ...container.spec.args,
      ...container.spec.env.map((one) => one.value ?? ''),
    ];
    const own =
      Object.hasOwn(program.service.variables ?? {}, name) || used.some((word) => word.includes(name));
    if (!reader || own || by === 'variables') return [];
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

function badSettings(graph: Graph, { workload, container, program, running }: KnownContainer): Fault[] {
  return (program.facts.problems?.(running) ?? []).map(({ in: where, message, fix }) => ({
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
