import { expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { manifestsOf } from '../../charts-ts/synth.ts';
import { stringifyManifests } from '../../charts-ts/yaml.ts';
import { StackError } from '../../model/define-stack.ts';
import type { Patch, PatchOperation } from '../../model/stack.ts';
import { verifyManifests } from '../../proof/packs/verify-manifests.ts';
import { patchedIn } from '../../proof/patched.ts';
import { readDocuments } from '../../proof/source.ts';
import { seed, stepsStack } from '../model/steps-stack.ts';
import { at, fakeSecrets, pick } from './rendered.ts';

const patch = (...operations: PatchOperation[]): Patch => ({
  ...{ kind: 'Deployment', name: 's-app', because: 'an old name is dialled', operations },
});
const aliases = { op: 'add', path: '/spec/template/spec/hostAliases', value: [{ ip: '10.0.0.1' }] } as const;
const stackWith = (...patches: Patch[]) => stepsStack({ jobs: [seed], patches });

/** Why patches of these operations do not fit. */
function refusal(...patches: Patch[]): string {
  try {
    renderStack(stackWith(...patches));
  } catch (error) {
    if (error instanceof StackError) return error.message;
    throw error;
  }
  throw new Error('the patches fit');
}

test('operations are done in their order, and nothing but their object differs', () => {
  const name = { op: 'add', path: '/spec/template/spec/hostAliases/0/hostnames', value: ['old'] } as const;
  const objects = renderStack(stackWith(patch(aliases), patch(name)));
  expect(at(pick(objects, 'Deployment', 's-app'), 'spec.template.spec.hostAliases')).toEqual([
    { ip: '10.0.0.1', hostnames: ['old'] },
  ]);
  const others = ({ kind, metadata }: { kind: string; metadata: { name: string } }) =>
    kind !== 'Deployment' || metadata.name !== 's-app';
  expect(objects.filter(others)).toEqual(renderStack(stackWith()).filter(others));
});

test('a stack with patches is rendered twice alike, and synth writes the same', () => {
  const stack = stackWith(patch(aliases));
  const objects = renderStack(stack, { secretValues: fakeSecrets(stack) });
  expect(renderStack(stack, { secretValues: fakeSecrets(stack) })).toEqual(objects);
  const found = { source: 'a test', stack: () => stack } as unknown as Parameters<typeof manifestsOf>[0];
  const texts = [...manifestsOf(found, fakeSecrets).files.values()];
  const read = texts.flatMap((text) => readDocuments('', text)).map(({ value }) => value);
  expect(read).toEqual(objects);
});

test.each<[string, Patch, string]>([
  [
    'of an object that is not rendered',
    { ...patch(aliases), name: 's-apq' },
    'The patch of Deployment "s-apq" is of no object of the stack; rendered are s-app. Did you mean "s-app"?',
  ],
  ['of a kind that is not rendered', { ...patch(aliases), kind: 'Ingress' }, 'no Ingress is rendered.'],
  [
    'that replaces what is not there',
    patch({ op: 'replace', path: '/spec/paused', value: true }),
    'replace /spec/paused: there is no /spec/paused in what is rendered.',
  ],
  ['that removes what is not there', patch({ op: 'remove', path: '/spec/x' }), 'there is no /spec/x in what'],
  [
    'that removes an item of a list that is not there',
    patch({ op: 'remove', path: '/spec/template/spec/containers/1' }),
    'there is no /spec/template/spec/containers/1 in what is rendered',
  ],
  [
    'into what is not there',
    patch({ op: 'add', path: '/spec/x/y', value: 1 }),
    'there is no /spec/x in what',
  ],
  ['from what is not there', patch({ op: 'copy', from: '/spec/x', path: '/spec/y' }), 'copy from /spec/x'],
  [
    'whose test is not met',
    patch({ op: 'test', path: '/spec/replicas', value: 7 }, aliases),
    'test /spec/replicas: Test operation failed.',
  ],
])('a patch %s is refused', (_what, wrong, why) => {
  expect(refusal(wrong)).toContain(why);
});

const text = (...patches: Patch[]): string => stringifyManifests(renderStack(stackWith(...patches)));

test('a patched object says where and why, which verify tells', () => {
  const append = { op: 'add', path: '/spec/template/spec/containers/0/args', value: ['--old'] } as const;
  const more = { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--more' } as const;
  const docs = readDocuments('all.yaml', text(patch(aliases, append, more)));
  const { path } = append;
  expect(patchedIn(docs)).toEqual([
    { object: 'Deployment s-app', because: 'an old name is dialled', paths: [aliases.path, path] },
  ]);
});

test('what a patch weakens is found, with a hint at the patch', () => {
  const path = '/spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem';
  const found = verifyManifests([
    { file: 'all.yaml', text: text(patch({ op: 'replace', path, value: false })) },
  ]);
  expect(found.filter(({ code }) => code === 'HARDENING')).toEqual([
    expect.objectContaining({ hint: 'a patch of the stack wrote this, because an old name is dialled' }),
  ]);
});
