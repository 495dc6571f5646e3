import { expect, test, vi } from 'vitest';
import type { Cluster } from '../../../kube/cluster.ts';
import { ClusterError } from '../../../kube/cluster-error.ts';
import { Denials } from '../../../operator/runtime/denials.ts';

const path = '/api/v1/namespaces/talk/services/demo-redis';
const refused = new ClusterError('CLUSTER_DENIED', 'May not patch services in the namespace talk.');

/** An API server that refuses every patch, and says of a permission what the test has set. */
function refusing() {
  const allowed = { value: false };
  const request = (method: string): Promise<object> =>
    method === 'POST'
      ? Promise.resolve({ status: 201, json: { status: { allowed: allowed.value } } })
      : Promise.reject(method === 'PATCH' ? refused : new ClusterError('CLUSTER_CONFLICT', 'Changed.'));
  return { allowed, denials: new Denials({ api: { request } } as unknown as Cluster) };
}

test('a missing permission is told once, however often it is met, and the caller is told too', async () => {
  const { denials } = refusing();
  for (let times = 0; times < 3; times++)
    await expect(denials.cluster.api.request('PATCH', path)).rejects.toBe(refused);
  expect(denials.problems).toEqual([refused.message]);
});

test('another refusal is no missing permission', async () => {
  const { denials } = refusing();
  await expect(denials.cluster.api.request('PUT', path)).rejects.toThrow('Changed.');
  expect(denials.problems).toEqual([]);
});

test('a permission that is granted is missing no more', async () => {
  const { allowed, denials } = refusing();
  await expect(denials.cluster.api.request('PATCH', path)).rejects.toBe(refused);
  const stopping = new AbortController();
  const running = denials.run(stopping.signal, 1);
  allowed.value = true;
  await vi.waitFor(() => expect(denials.problems).toEqual([]));
  stopping.abort();
  await running;
});
