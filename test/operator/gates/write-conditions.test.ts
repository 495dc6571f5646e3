import { expect, test } from 'vitest';
import type { Cluster } from '../../../kube/cluster.ts';
import type { Change } from '../../../operator/gates/changes.ts';
import type { PodView } from '../../../operator/gates/pod-view.ts';
import { writeConditions } from '../../../operator/gates/write-conditions.ts';
import { fenced } from '../../../operator/runtime/fenced.ts';
import { PodApi } from './pod-api.ts';
import { condition, podView, queueReady } from './pods.ts';

/** Wants one condition, unless it is there. */
const wanted = ({ conditions }: PodView): Change[] =>
  conditions.length > 0 ? [] : [{ condition: condition(queueReady, 'True', 'Open') }];

const write = (server: PodApi, pod: PodView, { api }: Pick<Cluster, 'api'> = server) =>
  writeConditions({ api }, pod, wanted, new AbortController().signal);

test('a condition is written as one strategic merge, under a field manager of its own', async () => {
  const server = new PodApi();
  const written = await write(server, server.put(podView()));
  expect(written?.pod.conditions).toEqual([condition(queueReady, 'True', 'Open')]);
  expect(written?.changes).toHaveLength(1);
  expect(server.requests).toEqual(['PATCH n/web-1']);
  expect(server.sent).toEqual([
    {
      query: { fieldManager: 'mooring-operator-gates' },
      contentType: 'application/strategic-merge-patch+json',
    },
  ]);
});

test('where nothing differs nothing is sent', async () => {
  const server = new PodApi();
  await write(server, server.put(podView({ conditions: [condition(queueReady, 'False')] })));
  expect(server.requests).toEqual([]);
});

test('a pod that was changed meanwhile is read and compared again', async () => {
  const server = new PodApi();
  const seen = server.put(podView());
  server.put(seen);
  const written = await write(server, seen);
  expect(server.requests).toEqual(['PATCH n/web-1', 'GET n/web-1', 'PATCH n/web-1']);
  expect(written?.pod.conditions).toHaveLength(1);
});

test('what another wrote meanwhile may leave nothing to write', async () => {
  const server = new PodApi();
  const seen = server.put(podView());
  server.put({ ...seen, conditions: [condition(queueReady, 'False')] });
  expect((await write(server, seen))?.changes).toEqual([]);
  expect(server.requests).toEqual(['PATCH n/web-1', 'GET n/web-1']);
});

test('a conflict with every try is an error after a few', async () => {
  const server = new PodApi();
  const seen = server.put(podView());
  server.meanwhile = () => server.put(seen);
  await expect(write(server, seen)).rejects.toThrow('409');
  expect(server.writes).toBe(5);
});

test('a pod that is gone, or another one under its name, is not written', async () => {
  const server = new PodApi();
  expect(await write(server, podView())).toBeUndefined();
  const next = server.put(podView({ uid: 'u2' }));
  expect(await write(server, podView())).toBeUndefined();
  expect(server.pods.get('n/web-1')).toEqual(next);
});

test('a process that does not lead sends nothing', async () => {
  const server = new PodApi();
  const cluster = fenced({ api: server.api } as Cluster, () => {
    throw new Error('not the leader');
  });
  await expect(write(server, server.put(podView()), cluster)).rejects.toThrow('not the leader');
  expect(server.requests).toEqual([]);
});
