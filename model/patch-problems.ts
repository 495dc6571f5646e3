import { isWithin, pointerSteps } from './json-pointer.ts';
import { jobsOf } from './jobs.ts';
import type { Problem } from './problem.ts';
import type { FilledStack, Patch, PatchOperation } from './stack.ts';

/** Contradictions in the patches of a stack that show before anything is rendered. */
export const patchProblems = (stack: FilledStack): Problem[] =>
  (stack.patches ?? []).flatMap((patch) =>
    problemsOf(stack, patch).map((problem) => ({ message: `${patchCalled(patch)} ${problem}` })),
  );

export const patchCalled = ({ kind, name }: Pick<Patch, 'kind' | 'name'>): string =>
  `The patch of ${kind} "${name}"`;

function problemsOf(stack: FilledStack, { kind, because, operations }: Patch): string[] {
  const why = unpatchable[kind];
  return [
    ...(why === undefined || (kind === 'Job' && jobsOf(stack).length === 0) ? [] : [`is refused: ${why}.`]),
    ...(because.trim() === '' ? ["does not say why: because: '…'."] : []),
    ...(operations.length === 0 ? ['has no operation.'] : []),
    ...operations.flatMap((operation) => operationProblems(kind, operation)),
  ];
}

/** Kinds that are not patched, and why. */
const unpatchable: Readonly<Record<string, string>> = {
  Secret: 'what is secret is made where it is applied, and not rendered',
  Namespace: 'not everybody who applies the stack may change it',
  Job: 'its name follows from what it is rendered from',
};

/** What an object is known by: another tool's, or nobody's, if it changed. */
const identity: readonly (readonly string[])[] = [
  ['apiVersion'],
  ['kind'],
  ['metadata', 'name'],
  ['metadata', 'namespace'],
  ['metadata', 'ownerReferences'],
  ['spec', 'selector'],
];

/** Labels that selectors and this tool go by. */
const ownLabel = /^app\.kubernetes\.io\//;
const labelPlaces: readonly (readonly string[])[] = [
  ['metadata', 'labels'],
  ['spec', 'template', 'metadata', 'labels'],
];

function operationProblems(kind: string, operation: PatchOperation): string[] {
  const { op, path } = operation;
  if (!operations.includes(op)) return [`has the operation "${op}"; expected ${operations.join(', ')}.`];
  if (['add', 'replace', 'test'].includes(op) && !('value' in operation))
    return [`${op} ${path} has no value.`];
  const from = 'from' in operation ? [operation.from] : [];
  const wrong = [path, ...from].filter((pointer) => pointerSteps(pointer) === undefined);
  if (wrong.length > 0)
    return wrong.map((pointer) => `has the path "${pointer}"; expected a JSON pointer, as /spec/replicas.`);
  const written = op === 'test' ? [] : op === 'move' ? [path, ...from] : [path];
  return written.flatMap((pointer) => {
    const steps = pointerSteps(pointer) ?? [];
    const place = pointer || 'the whole object';
    if (isIdentity(steps)) return [`would change ${place}, by which the object is known.`];
    if (isOfDigest(kind, steps))
      return [
        `would change ${place}, and no pod would notice: it belongs into the stack's variables and files.`,
      ];
    return [];
  });
}

/** Pods are replaced, and Jobs run, when a digest changes that is made of what the stack says. */
const isOfDigest = (kind: string, steps: readonly string[]): boolean =>
  (kind === 'ConfigMap' && steps[0] === 'data') ||
  isWithin(annotationPlaces.ofPods, steps) ||
  Object.values(annotationPlaces).some(
    (place) => isWithin(steps, place) && ownAnnotation.test(steps[place.length] ?? ''),
  );

const ownAnnotation = /^mooring\.dev\//;
const annotationPlaces = {
  ofObject: ['metadata', 'annotations'],
  ofPods: ['spec', 'template', 'metadata', 'annotations'],
} as const;

const operations: readonly string[] = [
  'add',
  'remove',
  'replace',
  'move',
  'copy',
  'test',
] satisfies PatchOperation['op'][];

/** Whether a place is, is in, or holds something that an object is known by. */
const isIdentity = (steps: readonly string[]): boolean =>
  identity.some((known) => isWithin(steps, known) || isWithin(known, steps)) ||
  labelPlaces.some(
    (labels) =>
      isWithin(labels, steps) || (isWithin(steps, labels) && ownLabel.test(steps[labels.length] ?? '')),
  );
