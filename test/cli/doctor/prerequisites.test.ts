import { expect, test } from 'vitest';
import { renderStack } from '../../../charts-ts/render.ts';
import { prerequisiteChecks } from '../../../cli/doctor/prerequisites.ts';
import { ClusterError } from '../../../kube/cluster-error.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { stackLabels } from '../../../model/labels.ts';
import { stackOf } from '../../charts-ts/rendered.ts';

const stack = stackOf({ preset: 'staging', backend: { autoscaling: { enabled: true } } });
const rendered = renderStack(stack);
const claim = {
  metadata: {
    name: 'data-demo-redis-0',
    labels: { ...stackLabels(stack), 'app.kubernetes.io/name': 'redis' },
  },
  spec: {},
  status: { phase: 'Pending' },
};

/** A cluster that denies everything but, perhaps, the list of claims. */
const denying = (claims: readonly object[] | undefined): Cluster =>
  ({
    discovery: { collectionOf: () => Promise.resolve('/claims') },
    api: {
      request: (_: string, path: string) => {
        if (path !== '/claims') return Promise.resolve({ status: 403, json: {} });
        if (claims) return Promise.resolve({ status: 200, json: { items: claims } });
        return Promise.reject(new ClusterError('CLUSTER_DENIED', 'You may not list claims.'));
      },
    },
  }) as unknown as Cluster;

test('what may not be looked at is unknown, and said to be, with the reason', async () => {
  expect(await prerequisiteChecks(denying([claim]), stack, rendered)).toEqual([
    {
      id: 'storage',
      verdict: 'note',
      says: 'Unknown: what PersistentVolumeClaim data-demo-redis-0 waits for. There is no permission to read StorageClasses (403).',
    },
    {
      id: 'metrics-server',
      verdict: 'note',
      says: 'Unknown: whether HorizontalPodAutoscaler demo-backend can scale. There is no permission to read metrics.k8s.io (403).',
    },
  ]);
  const [storage] = await prerequisiteChecks(denying(undefined), stack, rendered);
  expect(storage).toMatchObject({
    verdict: 'note',
    says: expect.stringContaining('You may not list claims.') as string,
  });
});
