import { expect, test } from 'vitest';
import { podsEnded } from '../../deploy/take-down.ts';
import type { Cluster } from '../../kube/cluster.ts';

interface PodOf {
  readonly owner: string;
  readonly phase: string;
  readonly deletionTimestamp?: string;
}

const clusterWith = (pods: readonly PodOf[]): Cluster => {
  const items = pods.map(({ owner, phase, ...more }) => ({
    metadata: { name: `${owner}-${phase}`, ownerReferences: [{ kind: owner, name: 'x', uid: 'u' }], ...more },
    status: { phase },
  }));
  return {
    api: { request: () => Promise.resolve({ status: 200, json: { items } }) },
    discovery: { collectionOf: () => Promise.resolve('/pods') },
  } as unknown as Cluster;
};
const stack = { name: 's', namespace: 'n' };
const ended: readonly PodOf[] = [
  { owner: 'Job', phase: 'Succeeded' },
  { owner: 'Job', phase: 'Failed' },
];

test('the pods of a Job that has ended are not waited for', async () => {
  expect(await podsEnded(clusterWith([]), stack)).toEqual({ done: true });
  expect(await podsEnded(clusterWith(ended), stack)).toEqual({ done: true });
});

test.each<[string, PodOf]>([
  ['of a Job that runs', { owner: 'Job', phase: 'Running' }],
  ['of a StatefulSet that has ended and is not let go of yet', { owner: 'StatefulSet', phase: 'Succeeded' }],
  [
    'of a Job that is being deleted',
    { owner: 'Job', phase: 'Failed', deletionTimestamp: '2026-01-01T00:00:00Z' },
  ],
])('a pod %s is waited for', async (_what, pod) => {
  expect(await podsEnded(clusterWith([...ended, pod]), stack)).toMatchObject({
    pending: `waiting for ${pod.owner}-${pod.phase} to end`,
  });
});
