import { apiGroup, objectNameProblem } from './names.ts';
import type { Toleration, Workload } from './stack.ts';

/** Contradictions in where the pods of a service run, and in what is written on their account. */
export function placementProblems(service: Workload): string[] {
  const { nodeSelector = {}, tolerations = [], serviceAccountAnnotations = {} } = service;
  return [
    ...Object.entries(nodeSelector).flatMap(([key, value]) => [
      ...keyProblems('the node label', key),
      ...(valuePattern.test(value) ? [] : [`the node label "${key}" is "${value}", which no label can be.`]),
    ]),
    ...Object.keys(serviceAccountAnnotations).flatMap((key) => [
      ...keyProblems('the annotation', key),
      ...(key.startsWith(`${apiGroup}/`)
        ? [`the annotation "${key}" of its ServiceAccount is one that only this tool writes.`]
        : []),
    ]),
    ...tolerations.flatMap(tolerationProblems),
  ];
}

/** What a label may be; a key has a prefix before it, if any. */
const valuePattern = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

function keyProblems(what: string, key: string): string[] {
  const [name = '', prefix, ...more] = key.split('/').toReversed();
  const isKey =
    name !== '' &&
    valuePattern.test(name) &&
    more.length === 0 &&
    (prefix === undefined || objectNameProblem(prefix) === undefined);
  return isKey ? [] : [`${what} "${key}" is no key; expected a name, or prefix.example.com/name.`];
}

function tolerationProblems({
  key,
  operator = 'Equal',
  value,
  effect,
  tolerationSeconds,
}: Toleration): string[] {
  const what = `the toleration of ${key === undefined ? 'every taint' : `"${key}"`}`;
  return [
    ...(key === undefined ? [] : keyProblems('the taint', key)),
    ...(key === undefined && operator === 'Equal'
      ? [`${what} needs operator: 'Exists': without a key there is nothing that a value could equal.`]
      : []),
    ...(operator === 'Exists' && value !== undefined
      ? [`${what} has the value "${value}", which operator Exists does not look at.`]
      : []),
    ...(tolerationSeconds !== undefined && effect !== 'NoExecute'
      ? [`${what} has tolerationSeconds, which only effect NoExecute ends.`]
      : []),
  ];
}
