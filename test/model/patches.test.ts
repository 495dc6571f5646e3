import { expect, test } from 'vitest';
import type { Patch, PatchOperation } from '../../model/stack.ts';
import { refusalOf, seed, stepsStack } from './steps-stack.ts';

const patch = (operation: unknown, more: Partial<Patch> = {}): Patch => ({
  ...{ kind: 'Deployment', name: 's-app', because: 'a test' },
  operations: [operation as PatchOperation],
  ...more,
});
const add = (path: string): PatchOperation => ({ op: 'add', path, value: 'x' });

test.each([
  add('/spec/template/spec/hostAliases'),
  add('/metadata/labels/team'),
  add('/metadata/annotations'),
  add('/spec/template/metadata/annotations/example.com~1x'),
  { op: 'test', path: '/metadata/name', value: 's-app' },
  { op: 'copy', from: '/metadata/name', path: '/spec/template/spec/hostname' },
])('a stack may have the patch %o', (operation) => {
  expect(stepsStack({ patches: [patch(operation)] }).patches).toHaveLength(1);
});

test.each<[unknown, string]>([
  [add('/metadata/name'), 'would change /metadata/name, by which the object is known.'],
  [add('/metadata'), 'would change /metadata, by which the object is known.'],
  [add(''), 'would change the whole object, by which the object is known.'],
  [add('/spec/selector/matchLabels/x'), 'would change /spec/selector/matchLabels/x'],
  [add('/metadata/labels/app.kubernetes.io~1name'), 'would change /metadata/labels/app.kubernetes.io~1name'],
  [add('/spec/template/metadata/labels'), 'would change /spec/template/metadata/labels'],
  [{ op: 'move', from: '/metadata/namespace', path: '/spec/x' }, 'would change /metadata/namespace'],
  [
    add('/metadata/annotations/mooring.dev~1paused'),
    'would change /metadata/annotations/mooring.dev~1paused',
  ],
  [add('/spec/template/metadata/annotations'), 'would change /spec/template/metadata/annotations'],
  [
    add('/spec/template/metadata/annotations/mooring.dev~1config-digest'),
    'would change /spec/template/metadata/annotations/mooring.dev~1config-digest, and no pod would notice',
  ],
  [add('spec/x'), 'has the path "spec/x"; expected a JSON pointer'],
  [add('/spec/~2'), 'has the path "/spec/~2"; expected a JSON pointer'],
  [{ op: 'set', path: '/x' }, 'has the operation "set"; expected add, remove'],
  [{ op: 'add', path: '/spec/x' }, 'add /spec/x has no value.'],
])('the patch %o is refused', (operation, why) => {
  expect(refusalOf({ patches: [patch(operation)] })).toContain(`The patch of Deployment "s-app" ${why}`);
});

test.each<[string, Partial<Patch>, string]>([
  ['without a reason', { because: ' ' }, "does not say why: because: '…'."],
  ['without an operation', { operations: [] }, 'has no operation.'],
  ['of a Secret', { kind: 'Secret' }, 'is refused: what is secret is made where it is applied'],
  [
    'of a variable',
    { kind: 'ConfigMap', operations: [add('/data/X')] },
    'would change /data/X, and no pod would notice',
  ],
  ['of a Job', { kind: 'Job' }, 'is refused: its name follows from what it is rendered from.'],
])('a patch %s is refused', (_what, more, why) => {
  expect(refusalOf({ jobs: [seed], patches: [patch(add('/spec/x'), more)] })).toContain(why);
});
