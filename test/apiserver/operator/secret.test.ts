import { expect, test } from 'vitest';
import type { KubeObject } from '../../../kube/objects.ts';
import { managedBy } from '../../../model/labels.ts';
import { forSuite } from '../../servers/for-suite.ts';
import {
  appliedStack,
  chatStackIn,
  conditionOf,
  refused,
  settled,
  startWithChatStacks,
  until,
  type Intercept,
} from './lab.ts';

const lab = forSuite(startWithChatStacks);

type Secret = KubeObject & { readonly data: Readonly<Record<string, string>> };

/** A stack that is as its document says. The operator may not watch its Secret: it is looked at with each event. */
async function applied() {
  let looks = 0;
  const intercept: Intercept = (method, path, send) => {
    if (method === 'GET' && path.endsWith('/secrets/talk-secrets')) looks++;
    return send();
  };
  const stack = await appliedStack(lab(), {}, { intercept });
  const { namespace, user, operator } = stack;
  const made = looks;
  await until('the Secret to be looked at', () => {
    operator.enqueue(namespace, 'talk');
    return Promise.resolve(looks > made);
  });
  await settled(operator);
  const condition = async (type: string) => {
    operator.enqueue(namespace, 'talk');
    return conditionOf(await user.resource(namespace), type);
  };
  const degraded = async () =>
    (await user.resource(namespace))?.status?.conditions?.find(({ type }) => type === 'Degraded')?.message;
  const secret = () => stack.read('Secret', 'talk-secrets') as Promise<Secret>;
  const reasons = async () => (await stack.events()).map(({ reason }) => reason);
  return { ...stack, condition, degraded, secret, reasons };
}

test('a key that was removed from the Secret is not made anew: it is told with the command that writes it back', async () => {
  const { namespace, user, operator, condition, degraded, secret, reasons } = await applied();
  const before = await secret();
  await user.patch(before, [{ op: 'remove', path: '/data/redis-password' }]);
  await until('the report', async () => (await condition('Degraded')) === 'True AttentionNeeded');
  expect(await condition('Ready')).toBe('False NotApplied');
  expect(await degraded()).toMatch(
    /^redis-password was removed from Secret talk-secrets\. No new value is made/,
  );
  expect(await degraded()).toContain(
    `redis_password="$(kubectl -n ${namespace} exec statefulset/talk-redis -- printenv REDISCLI_AUTH || `,
  );
  await settled(operator);
  expect((await reasons()).filter((reason) => reason === 'SecretKeyLost')).toHaveLength(1);
  expect(Object.keys((await secret()).data)).toEqual(
    Object.keys(before.data).filter((key) => key !== 'redis-password'),
  );
  await user.patch(await secret(), [
    { op: 'add', path: '/data/redis-password', value: before.data['redis-password'] },
  ]);
  await until(
    'the stack to be whole again',
    async () => (await condition('Degraded')) === 'False AsRendered',
  );
  expect((await secret()).data).toEqual(before.data);
  expect(operator.errors).toEqual([]);
});

test('another value in the Secret is told with what to do, once, until no pod runs with the former one', async () => {
  const { namespace, user, operator, condition, degraded, secret, reasons } = await applied();
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const labels = { 'app.kubernetes.io/instance': 'talk', 'app.kubernetes.io/name': 'redis', ...managedBy };
  await user.cluster.api.request('POST', path, {
    body: {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'talk-redis-0', labels } },
      spec: { containers: [{ name: 'redis', image: 'redis' }], terminationGracePeriodSeconds: 0 },
    },
  });
  const running = { startedAt: '2026-01-01T00:00:00Z' };
  await user.cluster.api.request('PATCH', `${path}/talk-redis-0/status`, {
    contentType: 'application/merge-patch+json',
    body: {
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            ...{ name: 'redis', image: 'redis', imageID: '', ready: true, restartCount: 0 },
            state: { running },
          },
        ],
      },
    },
  });
  const other = Buffer.from('another-password').toString('base64');
  await user.patch(await secret(), [{ op: 'replace', path: '/data/redis-password', value: other }]);
  await until('the report', async () => (await condition('Degraded')) === 'True AttentionNeeded');
  expect(await degraded()).toBe(
    'Secret talk-secrets has another redis-password than pods of statefulset/talk-redis began with. ' +
      `Write the former values again, or restart what has them: kubectl -n ${namespace} rollout restart statefulset/talk-redis.`,
  );
  expect(await condition('Ready'), 'pods go on with what they have').not.toBe('False NotApplied');
  await settled(operator);
  expect((await reasons()).filter((reason) => reason === 'SecretChanged')).toHaveLength(1);
  await user.cluster.api.request('DELETE', `${path}/talk-redis-0`, { body: { gracePeriodSeconds: 0 } });
  await until('the end of it', async () => (await condition('Degraded')) === 'False AsRendered');
  expect((await secret()).data['redis-password'], 'it is never written back').toBe(other);
  expect(operator.errors).toEqual([]);
});

test('a store whose password cannot be made waits for it, and gets it once it can be', async () => {
  let mayWrite = true;
  const intercept: Intercept = (method, path, send) =>
    !mayWrite && method !== 'GET' && path.includes('/secrets')
      ? Promise.reject(refused(403, 'Forbidden'))
      : send();
  const external = { redis: { external: { host: 'redis.example.com' } } };
  const { namespace, user, operator, read, events } = await appliedStack(lab(), external, { intercept });
  const condition = async (type: string) => conditionOf(await user.resource(namespace), type);
  await until('the stack to be whole', async () => (await condition('Degraded')) === 'False AsRendered');
  mayWrite = false;
  await user.apply(chatStackIn(namespace));
  await until('the report', async () => (await condition('Degraded')) === 'True AttentionNeeded');
  await settled(operator);
  const ready = (await user.resource(namespace))?.status?.conditions?.find(({ type }) => type === 'Ready');
  expect(ready?.message).toContain('StatefulSet talk-redis waits for Secret talk-secrets');
  expect(await condition('Drifted')).toBe('Unknown NotApplied');
  expect(await read('StatefulSet', 'talk-redis', 'apps/v1')).toBeUndefined();
  mayWrite = true;
  await until('the stack to be whole again', async () => {
    operator.enqueue(namespace, 'talk');
    return (await condition('Degraded')) === 'False AsRendered';
  });
  expect(await read('StatefulSet', 'talk-redis', 'apps/v1')).toBeDefined();
  expect(Object.keys(((await read('Secret', 'talk-secrets')) as Secret).data)).toContain('redis-password');
  expect((await events()).map(({ reason }) => reason)).not.toContain('SecretKeyLost');
});
