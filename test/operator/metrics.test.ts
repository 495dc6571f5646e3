import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Condition } from '../../operator/conditions.ts';
import { OperatorMetrics } from '../../operator/metrics.ts';
import type { StackResource } from '../../operator/reconcile/resource.ts';
import { nothingFound, statusOf, type Outcome } from '../../operator/reconcile/status.ts';
import { stackConditions } from '../../operator/reasons.ts';
import { blocksOf } from '../e2e/shell-blocks.ts';

const resource: StackResource = {
  apiVersion: 'mooring.dev/v1alpha1',
  kind: 'ChatStack',
  metadata: { name: 'talk', namespace: 'n', uid: 'u', generation: 1 },
};
const conditionsAfter = (outcome: Partial<Outcome>): readonly Condition[] =>
  statusOf(resource, { ...nothingFound, ...outcome }, '2026-01-01T00:00:00Z').conditions ?? [];

const created = (conditions: readonly Condition[] = []) =>
  new OperatorMetrics({
    depth: () => 0,
    conditions: () => conditions.map((condition) => ['ChatStack', condition] as const),
  });

async function valuesOf(metrics: OperatorMetrics, name: string) {
  const { values = [] } = (await metrics.registry.getSingleMetric(name)?.get()) ?? {};
  return values.map(({ labels, value }) => ({ ...labels, value }));
}

const errors = 'mooring_operator_errors_total';
const end = { key: 'n/talk', seconds: 0.1 };
const rotation = { token: 'one', phase: 'Failed', message: '', time: '2026-01-01T00:00:00Z' } as const;

test.each([
  ['a document that is refused', { refused: 'no' }, ['DocumentRefused']],
  ['an object that is not applied', { problems: ['no'] }, ['NotApplied']],
  ['pods that cannot come up', { wantedWorkloads: 1, stuck: ['no'] }, ['Stuck']],
  ['a field that is contested', { contested: ['who'] }, ['Contested']],
  ['two of them', { problems: ['no'], contested: ['who'] }, ['NotApplied', 'Contested']],
  ['a Secret that was changed', { outdated: ['which'] }, ['AttentionNeeded']],
  ['a rotation that failed', { rotation }, ['Stuck']],
  ['nothing', {}, []],
  ['a pause before a change', { paused: 'why', pending: ['The Service'] }, []],
] as const)('a reconcile that tells of %s counts an error for each reason', async (_, outcome, reasons) => {
  const metrics = created();
  metrics.reconciled('ChatStack', end, conditionsAfter(outcome));
  expect(await valuesOf(metrics, errors)).toEqual(
    reasons.map((reason) => ({ kind: 'ChatStack', reason, value: 1 })),
  );
});

test('a reconcile that failed counts by the code of its error, and a conflict does not', async () => {
  const metrics = created();
  const told = conditionsAfter({ problems: ['of the reconcile before'] });
  for (const error of [
    new ClusterError('CLUSTER_AWAY', 'no'),
    new ClusterError('CLUSTER_CONFLICT', 'no'),
    new Error(),
  ])
    metrics.reconciled('ChatStack', { ...end, error }, told);
  expect(await valuesOf(metrics, errors)).toEqual([
    { kind: 'ChatStack', reason: 'CLUSTER_AWAY', value: 1 },
    { kind: 'ChatStack', reason: 'INTERNAL', value: 1 },
  ]);
});

test('what failed outside of a reconcile counts without a kind', async () => {
  const metrics = created();
  metrics.failed(new ClusterError('CLUSTER_DENIED', 'no'));
  expect(await valuesOf(metrics, errors)).toEqual([{ reason: 'CLUSTER_DENIED', value: 1 }]);
});

test('stacks are counted by each of their conditions, as they are when they are asked for', async () => {
  const conditions = [...conditionsAfter({ refused: 'no' })];
  const metrics = created(conditions);
  const refused = { kind: 'ChatStack', condition: 'Ready', status: 'False', reason: 'DocumentRefused' };
  expect(await valuesOf(metrics, 'mooring_operator_stacks')).toContainEqual({ ...refused, value: 1 });
  conditions.splice(0);
  expect(await valuesOf(metrics, 'mooring_operator_stacks')).toEqual([]);
});

/** Each metric that an expression asks for, and the labels it asks for it by. */
const askedBy = (expression: string) =>
  [...expression.matchAll(/(?<name>mooring_\w+)(?:\{(?<by>[^}]*)\})?/g)].map(({ groups }) => ({
    name: groups?.['name'] ?? '',
    by: [...(groups?.['by'] ?? '').matchAll(/(?<label>\w+)!?="(?<value>\w+)"/g)].map((match) => ({
      label: match.groups?.['label'] ?? '',
      value: match.groups?.['value'] ?? '',
    })),
  }));

test('the alerts of docs/operator.md ask for metrics, labels and conditions that there are', () => {
  const [block] = blocksOf('docs/operator.md').filter(({ heading }) => heading === 'Metrics and alerts');
  const { groups } = parse(block?.text ?? '') as { groups: { rules: { expr: string }[] }[] };
  const asked = groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => askedBy(expr)));
  expect(asked.length).toBeGreaterThan(0);
  const table = readFileSync('docs/reference/metrics.md', 'utf8');
  for (const { name, by } of asked) {
    const row = table.split('\n').find((line) => line.includes(`\`${name}\``)) ?? '';
    const labels =
      row
        .split('|')[3]
        ?.split(',')
        .map((label) => label.trim()) ?? [];
    for (const { label, value } of by) {
      expect(labels, name).toContain(label);
      if (label === 'condition') expect(Object.keys(stackConditions)).toContain(value);
    }
    expect(row, name).not.toBe('');
  }
});
