import { expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { at, fakeSecrets, idOf, pick, stackOf, workloadsOf } from './rendered.ts';

/** The readers of a document (synth, apply, operator) differ in four things, and these are they. */

const demo = stackOf();
const objects = renderStack(demo, { secretValues: fakeSecrets(demo) });

test('the Namespace is left out on request, or where the document says so', () => {
  const kinds = [renderStack(demo, { namespace: false }), renderStack(stackOf({ createNamespace: false }))];
  expect(kinds.flat().filter(({ kind }) => kind === 'Namespace')).toEqual([]);
  expect(renderStack(stackOf({ createNamespace: false }), { namespace: true })[0]?.kind).toBe('Namespace');
});

test('without values no Secret is rendered, nor where the user keeps it', () => {
  const kept = stackOf({ secrets: { existingSecret: 'kept' } });
  const rendered = [...renderStack(demo), ...renderStack(kept, { secretValues: { 'redis-password': 'x' } })];
  expect(rendered.filter(({ kind }) => kind === 'Secret')).toEqual([]);
});

test('a Secret is immutable, base64 and has exactly the keys of the stack', () => {
  const secret = pick(objects, 'Secret', 'demo-secrets');
  expect(secret['immutable']).toBe(true);
  expect(secret['data']).toEqual({
    'neo4j-password': btoa('value-of-neo4j-password'),
    'qdrant-password': btoa('value-of-qdrant-password'),
    'redis-password': btoa('value-of-redis-password'),
  });
});

test('a Secret with a value missing is refused rather than rendered without it', () => {
  expect(() => renderStack(demo, { secretValues: { 'redis-password': 'x' } })).toThrow('neo4j-password');
});

test('an owner owns everything but the Namespace and the Secret', () => {
  const owner = { apiVersion: 'v1', kind: 'ChatStack', name: 'demo', uid: 'u', controller: true };
  const owned = renderStack(demo, { secretValues: fakeSecrets(demo), ownerReferences: [owner] });
  const free = owned.filter((object) => at(object, 'metadata.ownerReferences.0.uid') !== 'u');
  expect(free.map(idOf)).toEqual(['Namespace chat', 'Secret demo-secrets']);
});

test('readiness gates are only on pods that wait for others', () => {
  const gated = renderStack(demo, { readinessGates: () => ['mooring.dev/redis-ready'] });
  expect(workloadsOf(gated).map((object) => at(object, 'spec.template.spec.readinessGates'))).toEqual([
    undefined,
    undefined,
    undefined,
    [{ conditionType: 'mooring.dev/redis-ready' }],
  ]);
});

test('nothing else differs', () => {
  const plain = JSON.stringify(renderStack(demo, { namespace: false }));
  const all = renderStack(demo, {
    secretValues: fakeSecrets(demo),
    ownerReferences: [{ apiVersion: 'v1', kind: 'ChatStack', name: 'demo', uid: 'u' }],
    readinessGates: () => ['mooring.dev/redis-ready'],
  }).filter(({ kind }) => kind !== 'Namespace' && kind !== 'Secret');
  const without = JSON.stringify(all, (key, value: unknown) =>
    key === 'ownerReferences' || key === 'readinessGates' ? undefined : value,
  );
  expect(without).toBe(plain);
});
