import { JsonPatch } from 'cdk8s';
import { StackError } from '../model/define-stack.ts';
import { isAt, pointerSteps } from '../model/json-pointer.ts';
import { patchedAnnotation } from '../model/names.ts';
import { nearest } from '../model/nearest.ts';
import { patchCalled } from '../model/patch-problems.ts';
import type { Patch, PatchOperation, Stack } from '../model/stack.ts';
import type { Manifest } from './manifest.ts';

/**
 * The rendered objects of a stack with its patches. A patched object says so in an annotation, which `verify` reads.
 * @throws StackError where a patch is of no object, or leads to something that is not there.
 */
export function patchedObjects(stack: Stack, objects: readonly Manifest[]): readonly Manifest[] {
  const { patches = [] } = stack;
  if (patches.length === 0) return objects;
  const problems = patches.flatMap((patch) => missing(patch, objects));
  if (problems.length > 0) throw refused(stack, problems);
  return objects.map((object) => {
    const own = patches.filter((patch) => isOf(patch, object));
    return own.length === 0
      ? object
      : marked(
          own.reduce((one, patch) => patched(stack, patch, one), object),
          own,
        );
  });
}

const isOf = (patch: Patch, { kind, metadata }: Manifest): boolean =>
  kind === patch.kind && metadata.name === patch.name;

function missing(patch: Patch, objects: readonly Manifest[]): string[] {
  if (objects.some((object) => isOf(patch, object))) return [];
  const names = objects.filter(({ kind }) => kind === patch.kind).map(({ metadata }) => metadata.name);
  const near = nearest(patch.name, names);
  const known = names.length > 0 ? `rendered are ${names.join(', ')}` : `no ${patch.kind} is rendered`;
  return [
    `${patchCalled(patch)} is of no object of the stack; ${known}.${near ? ` Did you mean "${near}"?` : ''}`,
  ];
}

const refused = (stack: Stack, problems: readonly string[]): StackError =>
  new StackError(
    `The stack "${stack.name}"`,
    problems.map((message) => ({ message })),
  );

function patched(stack: Stack, patch: Patch, object: Manifest): Manifest {
  return patch.operations.reduce<Manifest>((one, operation) => {
    const lacking = lackingOf(operation, one);
    if (lacking !== undefined) throw refused(stack, [`${patchCalled(patch)}: ${lacking}.`]);
    try {
      return JsonPatch.apply(structuredClone(one), asJsonPatch(operation)) as Manifest;
    } catch (error) {
      // A test that is not met; all else is there.
      const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      throw refused(stack, [`${patchCalled(patch)}: ${operation.op} ${operation.path}: ${why}.`]);
    }
  }, object);
}

/** What an operation needs and is not there. The library sets or removes it silently. */
function lackingOf(operation: PatchOperation, object: Manifest): string | undefined {
  const steps = pointerSteps(operation.path) ?? [];
  const needed = operation.op === 'remove' || operation.op === 'replace' ? steps : steps.slice(0, -1);
  if (!isAt(object, needed))
    return `${operation.op} ${operation.path}: there is no /${needed.join('/')} in what is rendered`;
  if ('from' in operation && !isAt(object, pointerSteps(operation.from) ?? []))
    return `${operation.op} from ${operation.from}: it is not in what is rendered`;
  return undefined;
}

function asJsonPatch(operation: PatchOperation): JsonPatch {
  switch (operation.op) {
    case 'add':
      return JsonPatch.add(operation.path, operation.value);
    case 'replace':
      return JsonPatch.replace(operation.path, operation.value);
    case 'test':
      return JsonPatch.test(operation.path, operation.value);
    case 'remove':
      return JsonPatch.remove(operation.path);
    case 'move':
      return JsonPatch.move(operation.from, operation.path);
    case 'copy':
      return JsonPatch.copy(operation.from, operation.path);
  }
}

function marked(object: Manifest, patches: readonly Patch[]): Manifest {
  const marks = patches.map(({ because, operations }) => ({
    because,
    paths: [...new Set(operations.flatMap(writtenBy))],
  }));
  const annotations = { ...object.metadata.annotations, [patchedAnnotation]: JSON.stringify(marks) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The places that an operation writes; of an item that is appended, the list. */
function writtenBy(operation: PatchOperation): string[] {
  if (operation.op === 'test') return [];
  const path = operation.path.replace(/\/-$/, '');
  return operation.op === 'move' ? [operation.from, path] : [path];
}
