import { expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { documentDigest } from '../../deploy/history.ts';
import { ownedKinds } from '../../deploy/stack-objects.ts';
import { cornerStack } from '../charts-ts/corner-stack.ts';
import { presetDocuments, stackOf } from '../charts-ts/rendered.ts';

test('prune and down know every kind that any stack renders', () => {
  const stacks = [...Object.values(presetDocuments).map((spec) => stackOf(spec)), cornerStack];
  const rendered = stacks.flatMap((stack) => renderStack(stack)).filter(({ kind }) => kind !== 'Namespace');
  const known = ownedKinds.map((pair) => pair.join(' '));
  expect(new Set(rendered.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))).toEqual(new Set(known));
});

test('the digest of a document does not depend on the order of its keys, and on every value', () => {
  expect(documentDigest({ a: 1, b: { c: 2, d: 3 } })).toBe(documentDigest({ b: { d: 3, c: 2 }, a: 1 }));
  expect(documentDigest({ a: 1 })).not.toBe(documentDigest({ a: 2 }));
});
