import { expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { at, pick, stackOf } from './rendered.ts';

const demo = stackOf();
const operatorPods = { 'app.kubernetes.io/name': 'an-operator' };

const sourceOf = (options: object): unknown =>
  at(
    pick(renderStack(demo, options), 'NetworkPolicy', 'demo-backend-metrics-from-operator'),
    'spec.ingress.0.from',
  );

test('the operator is known by the role of its namespace', () => {
  expect(sourceOf({})).toEqual([{ namespaceSelector: { matchLabels: { 'mooring.dev/role': 'operator' } } }]);
});

test('an operator in the namespace of the stack is known by the labels of its pods', () => {
  expect(sourceOf({ operatorPods })).toEqual([{ podSelector: { matchLabels: operatorPods } }]);
});

test('nothing but the policies that admit the operator differs by them', () => {
  const plain = renderStack(demo);
  const changed = renderStack(demo, { operatorPods }).filter(
    (object, index) => JSON.stringify(object) !== JSON.stringify(plain[index]),
  );
  expect(changed.map(({ metadata }) => metadata.name)).toEqual(['demo-backend-metrics-from-operator']);
});
