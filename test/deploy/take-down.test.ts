import { expect, test } from 'vitest';
import { podsEnded } from '../../deploy/take-down.ts';
import type { Cluster } from '../../kube/cluster.ts';

/** A cluster with a pod of each phase. */
const clusterWith = (phases: readonly string[]): Cluster => {
  const items = phases.map((phase) => ({ metadata: { name: `pod-${phase}` }, status: { phase } }));
  return {
    api: { request: () => Promise.resolve({ status: 200, json: { items } }) },
    discovery: { collectionOf: () => Promise.resolve('/pods') },
  } as unknown as Cluster;
};
const stack = { name: 's', namespace: 'n' };

test('the pods of a Job that has ended are not waited for, one that runs is', async () => {
  expect(await podsEnded(clusterWith([]), stack)).toEqual({ done: true });
  expect(await podsEnded(clusterWith(['Succeeded', 'Failed']), stack)).toEqual({ done: true });
  expect(await podsEnded(clusterWith(['Succeeded', 'Running']), stack)).toMatchObject({
    pending: 'waiting for pod-Running to end',
  });
});
