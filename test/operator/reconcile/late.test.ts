import { expect, test } from 'vitest';
import { lateText } from '../../../operator/reconcile/late.ts';
import type { Rollout } from '../../../operator/reconcile/observed.ts';

const all: Rollout = { wanted: 2, replicas: 2, ready: 2, updated: 2, isDone: false };

test.each<[string, Partial<Rollout>, string | undefined]>([
  ['has rolled out', { isDone: true }, undefined],
  ['has too few', { ready: 1 }, 'Deployment shop-web has 1 of 2 pods ready.'],
  [
    'serves with earlier ones',
    { updated: 1 },
    'Deployment shop-web has 2 of 2 pods ready; 1 run what is rendered.',
  ],
  [
    'has one more than it needs',
    { replicas: 3, ready: 3 },
    'Deployment shop-web has 3 pods ready, and ends 1 that it no longer needs.',
  ],
  [
    'has a new pod that cannot become ready, beside those that serve',
    { replicas: 3 },
    'Deployment shop-web has 2 of 3 pods ready, and needs 2: its rollout has not ended.',
  ],
  ['was just changed', {}, 'Deployment shop-web was changed, and its controller has not taken it up yet.'],
])('of a workload that %s it is said why it is late', (_, rollout, expected) => {
  expect(lateText({ kind: 'Deployment', name: 'shop-web', rollout: { ...all, ...rollout } })).toBe(expected);
});
