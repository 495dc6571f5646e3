import { expect, test } from 'vitest';
import { execute } from '../../deploy/execute.ts';
import type { Planned } from '../../deploy/plan.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { memoryCluster } from './memory-cluster.ts';

const set = (size: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'demo-store', namespace: 'chat' },
  spec: {
    replicas: 0,
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: { resources: { requests: { storage: size } } } },
    ],
  },
});

test('a StatefulSet whose claims grow is pending until the old one is gone, then made anew', async () => {
  const { cluster, objects, writes, find } = memoryCluster([set('1Gi')], { keepsDeleted: true });
  const planned = {
    object: set('2Gi'),
    live: set('1Gi'),
    grows: [{ claim: 'data', from: '1Gi', to: '2Gi' }],
    changes: [],
    conflicts: [],
    foreign: [],
    refused: [],
    warnings: [],
  } as unknown as Planned;
  const pending = {
    reason: 'DeletionPending',
    pending: 'StatefulSet demo-store, which is recreated around its running pods, is still being deleted',
  };
  await expect(execute(cluster, planned)).resolves.toMatchObject(pending);
  await expect(execute(cluster, planned)).resolves.toMatchObject(pending);
  expect(writes, 'deleted once, nothing applied yet').toEqual(['DELETE /StatefulSet/demo-store']);
  objects.clear();
  await expect(execute(cluster, planned)).resolves.toEqual({ done: 'grown' });
  expect(find('StatefulSet', 'demo-store')).toEqual(set('2Gi'));
});
