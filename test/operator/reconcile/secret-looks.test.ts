import { expect, test } from 'vitest';
import type { Cluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { stackLabels } from '../../../model/labels.ts';
import { projectPod } from '../../../operator/gates/pod-view.ts';
import { SecretLooks } from '../../../operator/reconcile/secret-looks.ts';

const key = 'market/shop';
const readers = [
  {
    key: 'db-password',
    variable: 'DB',
    service: 'web',
    kind: 'Deployment',
    workload: 'shop-web',
    keeps: false,
  },
  {
    key: 'db-password',
    variable: 'OWN',
    service: 'db',
    kind: 'StatefulSet',
    workload: 'shop-db',
    keeps: true,
  },
];
const secret = (password: string, time: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Secret', data: { 'db-password': Buffer.from(password).toString('base64') } },
  metadata: {
    name: 'shop-secrets',
    labels: stackLabels({ name: 'shop' }),
    managedFields: [{ manager: 'm', operation: 'Update', time }],
  },
});
const pod = (service: string, startedAt: string) =>
  projectPod({
    ...{ apiVersion: 'v1', kind: 'Pod', spec: { containers: [] } },
    metadata: { name: `${service}-1`, labels: { 'app.kubernetes.io/name': service } },
    status: { containerStatuses: [{ state: { running: { startedAt } } }] },
  });

/** Looks at an API server that has what is set. */
function looking() {
  const looks = new SecretLooks();
  const server = { live: undefined as KubeObject | undefined, reads: 0 };
  const cluster = {
    discovery: { pathOf: () => Promise.resolve('/secret') },
    api: {
      request: () => {
        server.reads++;
        return Promise.resolve({ status: server.live ? 200 : 404, json: server.live, warnings: [] });
      },
    },
  } as unknown as Cluster;
  const has = (isMissed = false) =>
    looks.hasKeys(cluster, key, { keys: ['db-password'], isMissed }, AbortSignal.timeout(1_000));
  const outdated = (...pods: ReturnType<typeof pod>[]) =>
    looks.outdated(key, readers, pods).map(({ service }) => service);
  return { looks, server, has, outdated };
}

test('a Secret that was seen a moment ago is not read again, unless a pod lacks it', async () => {
  const { server, has } = looking();
  server.live = secret('one', '2026-01-01T00:00:00Z');
  expect([await has(), await has(), server.reads]).toEqual([true, true, 1]);
  server.live = undefined;
  expect([await has(), await has(true), await has(true)]).toEqual([true, false, false]);
});

test('a Secret that lacks a key is as one that is not there', async () => {
  const { server, has } = looking();
  server.live = { ...secret('one', ''), data: {} };
  expect(await has()).toBe(false);
});

test('what began before a value was changed is outdated, unless it keeps the value itself', () => {
  const { looks, outdated } = looking();
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-01T02:00:00Z'];
  looks.saw(key, secret('one', early));
  expect(outdated(pod('web', early))).toEqual([]);
  looks.saw(key, secret('two', '2026-01-01T01:00:00Z'));
  expect(outdated(pod('web', early), pod('db', early))).toEqual(['web']);
  expect(outdated(pod('web', late), pod('db', early))).toEqual([]);
});

test('a Secret that is back with the values it had makes nothing outdated but what began in between', () => {
  const { looks, outdated } = looking();
  looks.saw(key, secret('one', '2026-01-01T00:00:00Z'));
  looks.saw(key, secret('two', '2026-01-01T01:00:00Z'));
  looks.saw(key, secret('one', '2026-01-01T02:00:00Z'));
  expect(outdated(pod('web', '2026-01-01T00:30:00Z'))).toEqual([]);
  expect(outdated(pod('web', '2026-01-01T01:30:00Z'))).toEqual(['web']);
});
