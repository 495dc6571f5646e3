import { isDeepStrictEqual } from 'node:util';
import { shownText, notShown } from '../../model/redact.ts';
import { distance } from 'fastest-levenshtein';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import type { Program, ProgramFacts } from '../../model/program.ts';
import { expectationOf, valueIn } from '../../model/variable.ts';
import { only, removing, replacing, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { firstIndices } from '../first-indices.ts';
import { linksInto } from '../graph/service-links.ts';
import { placeOfSetting } from '../graph/files.ts';
import type { Graph } from '../graph/graph.ts';
import type { KnownContainer } from '../graph/programs.ts';
import type { Workload } from '../graph/workloads.ts';
import type { Place } from '../source.ts';
import { configuredAt } from './containers.ts';
import { renamedVariable } from './renamed-variable.ts';
import { called, containerCalled, inContainer, type Check } from './subject.ts';

/** The environment must parse as the program itself parses it; every bad variable is named. */
export const environments: Check = ({ graph, known, programs }) =>
  known.flatMap((one) => [
    ...badValues(one),
    ...unknownNames(one),
    ...namesOfOthers(one, programs),
    ...badSettings(graph, one),
  ]);

function badValues(known: KnownContainer): Fault[] {
  const { parse } = known.program.facts;
  return parse ? badEnvironment(known, parse) : badVariables(known);
}

/** Each variable by its own type. */
function badVariables({ workload, container, program, running }: KnownContainer): Fault[] {
  return container.env.flatMap(({ name, value, secret, place }): Fault[] => {
    const variable = program.service.variables?.[name];
    const text = running.env[name];
    if (!variable || !text || valueIn(variable, text) !== undefined) return [];
    const shown = secret || variable.secret ? notShown : `"${shownText(value ?? '')}"`;
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

/** The whole environment by the program's own parser, contradictions between variables included. */
function badEnvironment(
  { workload, container, program, running }: KnownContainer,
  parse: NonNullable<ProgramFacts['parse']>,
): Fault[] {
  const { variables = {} } = program.service;
  // A secret whose text is not among the manifests is set.
  const kept = [...running.names]
    .filter((name) => variables[name]?.secret)
    .map((name): [string, string] => [name, 'kept']);
  const result = parse({ ...Object.fromEntries(kept), ...running.env });
  return (result.ok ? [] : result.problems).map(({ name, message }) => {
    const variable = variables[name];
    const expected = variable ? expectationOf(variable) : 'another value';
    // The parser masks what is secret by its name; the text of a Secret is secret under any name.
    const secret = container.variables.get(name)?.secret === true;
    return {
      code: 'ENV_INVALID',
      message: `${called(workload)} would refuse to start: ${secret ? `${name} is ${notShown}; expected ${expected}.` : message}`,
      here: configuredAt(container, name),
      fix: variable ? `Write ${expected}.` : `Correct ${name}.`,
    };
  });
}

/** A variable that the program does not read, one typo away from one that it reads. */
function unknownNames({ workload, container, program }: KnownContainer): Fault[] {
  const known = Object.keys(program.service.variables ?? {});
  return container.env
    .filter(({ name }) => !known.includes(name))
    .flatMap(({ name, place }): Fault[] => {
      const meants = known.filter(
        (one) =>
          (distance(one, name) <= 2 || new RegExp(`^${one}[^_A-Z0-9]`).test(name)) &&
          !container.variables.has(one),
      );
      const [meant] = meants;
      return meant
        ? [
            {
              code: 'ENV_UNKNOWN',
              message: `${name} is set for ${called(workload)}, but ${program.service.name} reads no such variable; ${meant} is not set.`,
              here: place,
              fix: `Write ${meant}.`,
              ...only(meants, (right) => renamedVariable(place, name, right)),
            },
          ]
        : [];
    });
}

/** A variable that only another program reads. */
function namesOfOthers(
  { workload, container, program }: KnownContainer,
  programs: readonly Program[],
): Fault[] {
  return container.env.flatMap(({ name, place }): Fault[] => {
    const reader = programs.find(({ service }) => Object.hasOwn(service.variables ?? {}, name));
    if (!reader || Object.hasOwn(program.service.variables ?? {}, name)) return [];
    // A command may use a variable by any name: QUEUE_PASSWORD in --requirepass $(QUEUE_PASSWORD).
    const { command, args, env } = container.spec;
    const used = [...command, ...args, ...env.map((one) => one.value ?? '')];
    if (used.some((word) => word.includes(name))) return [];
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
  return (program.facts.problems?.(running) ?? []).map(({ in: where, message, fix, severity }) => ({
    code: 'BAD_SETTING' as const,
    ...(severity ? { severity } : {}),
    message: `${called(workload)}: ${message}`,
    here: placeOfSetting(graph, workload, container, where),
    fix,
  }));
}

/** Kubernetes leaves `$(NAME)` in a value as it is when NAME is not set before it. */
export const envReferences: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const names = [...container.variables.keys()];
      const all = firstIndices(names);
      const links = linksOf(graph, workload);
      // `$(NAME)` and no command that a shell runs, where no source may hold the name.
      const isMeant = (other: string, word: string): boolean =>
        container.spec.image !== undefined &&
        container.envKnown &&
        /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(other) &&
        !/\s/.test(word) &&
        !links.isSet(other);
      const inWords = (['command', 'args'] as const).flatMap((field) =>
        container.spec[field].flatMap((word, index) =>
          referredIn(word)
            .filter((other) => !all.has(other))
            .map((other) => ({ other, near: nearest(other, names) }))
            .filter(({ other, near }) => near !== undefined || isMeant(other, word))
            .map(({ other, near }) => ({
              code: 'ENV_REFERENCE' as const,
              message: `${containerCalled(workload, container)} is started with $(${other}), which is not set: the process gets the text "$(${other})".`,
              here: inContainer(container, field, index),
              fix: near === undefined ? `Set ${other} in env.` : `Write $(${near}).`,
              ...referring(inContainer(container, field, index), other, names),
            })),
        ),
      );
      const inValues = container.spec.env.flatMap(({ name, value }, index): Fault[] => {
        const own = all.get(name) ?? 0;
        const before = (other: string): boolean => (all.get(other) ?? Infinity) < own;
        return referredIn(value ?? '')
          .filter((other) => !before(other) && !links.isSet(other))
          .map((other) => {
            const near = nearest(other, names.toSpliced(own, 1));
            return {
              code: 'ENV_REFERENCE' as const,
              ...(links.maySet(other) ? { severity: 'unknown' as const } : {}),
              message: `${name} of ${called(workload)} refers to $(${other}), which is not set before it: the process gets the text "$(${other})".`,
              here: inContainer(container, 'env', index, 'value'),
              fix: all.has(other)
                ? `Set ${other} before ${name}.`
                : near
                  ? `Write $(${near}).`
                  : `Set ${other}, or write $$(${other}) where the text itself is meant.`,
              ...(all.has(other)
                ? {}
                : referring(inContainer(container, 'env', index, 'value'), other, names.slice(0, own))),
            };
          });
      });
      return [...inWords, ...inValues];
    }),
  );

/** `$(NAME)` of the only variable that is called almost as what is written. */
function referring(place: Place, written: string, known: readonly string[]): Mended {
  const meant = onlyNearest(written, known);
  return meant === undefined ? {} : replacing(place, `$(${written})`, `$(${meant})`);
}

/** Kubernetes sets these in every pod, whether or not it sets those of other Services. */
const always = /^KUBERNETES_(SERVICE_|PORT)/;
const ofServices = /^[A-Z][A-Z0-9_]*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP).*)?)$/;

interface Links {
  /** Whether Kubernetes sets a variable, since the Service is there. */
  readonly isSet: (name: string) => boolean;
  /** Whether it would for a Service that is not among the manifests. */
  readonly maySet: (name: string) => boolean;
}

/** The variables that Kubernetes sets for the Services of a pod's namespace. */
function linksOf(graph: Graph, workload: Workload): Links {
  const prefixes = linksInto(graph, workload).map(({ prefix }) => prefix);
  return {
    isSet: (name) =>
      always.test(name) || (ofServices.test(name) && prefixes.some((prefix) => name.startsWith(prefix))),
    maySet: (name) =>
      workload.pod.enableServiceLinks !== false && prefixes.length === 0 && ofServices.test(name),
  };
}

const referredIn = (text: string): string[] =>
  [...text.matchAll(/(?<!\$)\$\(([-._A-Za-z0-9]+)\)/g)].map(([, name = '']) => name);

/** A duplicate name in a container's list: the last one wins. */
export const duplicateEnv: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const firsts = firstIndices(container.spec.env.map(({ name }) => name));
      return container.spec.env.flatMap(({ name }, index): Fault[] => {
        const first = firsts.get(name) ?? index;
        return first < index
          ? [
              {
                code: 'ENV_TWICE',
                message: `${name} is set twice in ${containerCalled(workload, container)}; the second wins.`,
                here: inContainer(container, 'env', index, 'name'),
                there: inContainer(container, 'env', first, 'name'),
                fix: 'Remove one.',
                ...(isDeepStrictEqual(container.spec.env[first], container.spec.env[index])
                  ? removing(inContainer(container, 'env', index))
                  : {}),
              },
            ]
          : [];
      });
    }),
  );
