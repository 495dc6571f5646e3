import { expect, test } from 'vitest';
import type { RequestOf } from '../../../kube/api.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { fenced } from '../../../operator/runtime/fenced.ts';

/** A cluster whose connection takes a while: what happens meanwhile is the test's. */
function slow(meanwhile: () => void) {
  const sent: string[] = [];
  const request = (method: string, _path: string, { beforeSend }: RequestOf = {}): Promise<object> => {
    meanwhile();
    beforeSend?.();
    sent.push(method);
    return Promise.resolve({ status: 200, json: {}, warnings: [] });
  };
  return { sent, cluster: { api: { request } } as unknown as Cluster };
}

const deposed = (): never => {
  throw new Error('Another replica leads.');
};

test('a process that does not lead reads, and writes nothing', async () => {
  const { sent, cluster } = slow(() => undefined);
  const { api } = fenced(cluster, deposed);
  await api.request('GET', '/');
  for (const method of ['PATCH', 'POST', 'PUT', 'DELETE'])
    await expect(api.request(method, '/'), method).rejects.toThrow('Another replica leads.');
  expect(sent).toEqual(['GET']);
});

test('a write is not sent where the lead is lost while its connection is made', async () => {
  let leads = true;
  const { sent, cluster } = slow(() => (leads = false));
  const { api } = fenced(cluster, () => (leads ? undefined : deposed()));
  await expect(api.request('PATCH', '/')).rejects.toThrow('Another replica leads.');
  expect(sent).toEqual([]);
});

test("the caller's own check before sending is kept", async () => {
  const { sent, cluster } = slow(() => undefined);
  const { api } = fenced(cluster, () => undefined);
  const beforeSend = (): never => {
    throw new Error('Not wanted any more.');
  };
  await expect(api.request('PATCH', '/', { beforeSend })).rejects.toThrow('Not wanted any more.');
  expect(sent).toEqual([]);
});
