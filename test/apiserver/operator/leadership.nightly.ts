import { randomUUID } from 'node:crypto';
import { describe, expect, test, type TestContext } from 'vitest';
import { operatorName, operatorPodLabels } from '../../../operator/manifests/names.ts';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import { keyOfObject, type KubeObject } from '../../../kube/objects.ts';
import { stackLabels } from '../../../model/labels.ts';
import type { AuditEvent } from '../../servers/kubernetes/audit-log.ts';
import type { StackResource } from '../../../operator/reconcile/resource.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { clockOff } from '../../servers/libfaketime.ts';
import { orSkip } from '../../servers/or-skip.ts';
import { differences } from './differences.ts';
import { isWrite, startHolding, type Asked, type Holding } from './holding.ts';
import { chatStackIn, startWithChatStacks, until, userOf, type User } from './lab.ts';
import { startOperatorProcess, type OperatorProcess } from './operator-process.ts';
import { installed, type Account, type Installed } from './own-account.ts';

const lab = forSuite(() => startWithChatStacks({ audit: true }));

const takeoverLimitMs = 20_000;

/** An installation in a namespace of its own. */
async function installation(what: string): Promise<Installed & { readonly namespace: string }> {
  const namespace = `${what}-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  return { namespace, ...(await installed(lab(), { namespace })) };
}

/** A replica, killed at the end of the test. */
async function startReplica(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  namespace: string,
  env: Readonly<Record<string, string>>,
): Promise<OperatorProcess> {
  const replica = await startOperatorProcess({
    WATCH_NAMESPACE: namespace,
    POD_NAMESPACE: namespace,
    ...env,
  });
  onTestFinished(replica.kill);
  await until('a replica to be ready', replica.isReady);
  return replica;
}

/** How long a replica takes to lead from now on, in milliseconds. */
async function takeoverMs(replica: OperatorProcess, what: string): Promise<number> {
  const begun = performance.now();
  await until('the other to lead', replica.leads);
  const ms = Math.round(performance.now() - begun);
  console.log(`The other replica led ${ms} ms after the leader was ${what}.`);
  return ms;
}

/** Few objects: every store is elsewhere. */
const small = {
  redis: { external: { host: 'redis.example.com' } },
  neo4j: { external: { host: 'neo4j.example.com' } },
  qdrant: { external: { host: 'qdrant.example.com' } },
};
const scaled = { ...small, backend: { autoscaling: { enabled: true } } };

/** An object that the stack owns and does not render, as a former version of a kind leaves one. */
async function leftover(user: User, namespace: string, name: string): Promise<KubeObject> {
  const { apiVersion, kind, metadata } = (await user.resource(namespace, name)) as StackResource;
  const owner = { apiVersion, kind, name, uid: metadata.uid, controller: true, blockOwnerDeletion: false };
  return {
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: {
      ...{ name: `${name}-former`, namespace, labels: stackLabels({ name }) },
      ownerReferences: [owner],
    },
  };
}

/** As a replica renders them that works in its own namespace. */
const render = { operatorPods: operatorPodLabels };

const stacks = ['creating', 'healing', 'pruning', 'beginning'];

/** What the leader is about to write when it is stopped: a write of each kind. */
const underWay: Readonly<Record<string, (asked: Asked) => boolean>> = {
  'a creation': ({ url }) => url.includes('/horizontalpodautoscalers/creating-backend'),
  'a repair': ({ url }) => url.includes('/services/healing-backend'),
  'a deletion': ({ method, url }) => method === 'DELETE' && url.includes('/configmaps/pruning-former'),
  'a creation of what the other creates too': ({ url }) => url.includes('/networkpolicies/beginning-'),
};

const isOfLease = ({ url }: Asked): boolean => url.includes('/leases');

/** A leader behind a proxy with a write of each kind under way, and another replica. */
async function leaderWithWrites(context: Pick<TestContext, 'onTestFinished'>, what: string) {
  const { namespace, account } = await installation(what);
  const [old, next] = [await account(), await account()];
  const holding = await startHolding(lab(), old);
  context.onTestFinished(holding.stop);
  const user = userOf(lab());
  context.onTestFinished(() => user.cluster.api.close());
  const first = await startReplica(context, namespace, { KUBECONFIG: holding.kubeconfig });
  await until('the first to lead', first.leads);
  const second = await startReplica(context, namespace, { KUBECONFIG: next.kubeconfigPath });
  const established = stacks.filter((name) => name !== 'beginning');
  for (const name of established) await user.apply(chatStackIn(namespace, small, name));
  for (const name of established)
    await until(`${name} to be applied`, () => user.isObserved(namespace, name));
  holding.hold((asked) => isWrite(asked) && !isOfLease(asked));
  await user.apply(chatStackIn(namespace, scaled, 'creating'));
  await user.patch((await user.read('v1', 'Service', namespace, 'healing-backend')) as KubeObject, [
    { op: 'replace', path: '/spec/ports/0/port', value: 9999 },
  ]);
  await user.apply(await leftover(user, namespace, 'pruning'));
  await user.apply(chatStackIn(namespace, small, 'beginning'));
  for (const [write, isIt] of Object.entries(underWay))
    await until(`${write} to be under way`, () => Promise.resolve(holding.held().some(isIt)));
  return { namespace, user, holding, first, second, old, next };
}

type Replicas = Awaited<ReturnType<typeof leaderWithWrites>>;

/** The new leader's own work: the document that asked for the creation is taken back meanwhile. */
async function workOfNext({ namespace, user }: Replicas): Promise<void> {
  await user.apply(chatStackIn(namespace, small, 'creating'));
  await areAsAsked(user, namespace);
}

/** Until every stack is as its document asks. */
async function areAsAsked(user: User, namespace: string): Promise<void> {
  for (const name of stacks)
    await until(`${name} to be as its document asks`, async () => {
      if (!(await user.isObserved(namespace, name))) return false;
      const found = await differences(lab(), user, namespace, { name, render });
      if (found.length > 0) throw new Error(found.join('\n'));
      return true;
    });
}

/** The writes of a replica that the API server carried out, after an event if one is given. */
const carriedOut = (events: readonly AuditEvent[], { credential }: Account, after = ''): AuditEvent[] =>
  events.filter(
    ({ user, requestURI, verb, responseStatus, stageTimestamp }) =>
      user.extra?.['authentication.kubernetes.io/credential-id']?.includes(credential) === true &&
      !['get', 'list', 'watch'].includes(verb) &&
      !requestURI.includes('dryRun=') &&
      (responseStatus?.code ?? 500) < 300 &&
      stageTimestamp > after,
  );

const words = ({ verb, objectRef, responseStatus }: AuditEvent): string =>
  `${verb} ${objectRef?.resource ?? ''}/${objectRef?.name ?? ''} ${responseStatus?.code ?? ''}`;

/** What the audit log says: no write of the old leader but a creation, since the new one's first write. */
async function expectFenced({ old, next, namespace, user }: Replicas): Promise<void> {
  const events = await lab().audit();
  const [taken] = carriedOut(events, next);
  expect(taken?.objectRef).toMatchObject({ resource: 'leases', name: operatorName });
  const late = carriedOut(events, old, taken?.stageTimestamp);
  const creations = late.filter(({ responseStatus }) => responseStatus?.code === 201);
  expect(late.filter((one) => !creations.includes(one)).map(words)).toEqual([]);
  expect(creations.map(words)).toContain('patch horizontalpodautoscalers/creating-backend 201');
  const there = (
    await Promise.all(stacks.map((name) => ownedObjects(user.cluster, { name, namespace })))
  ).flat();
  expect(there.map(keyOfObject)).not.toContain('HorizontalPodAutoscaler/creating-backend');
}

/** Of each write that was under way, what became of it when it arrived. */
async function arriveLate(holding: Holding): Promise<void> {
  const answered = await holding.release();
  const statusOf = (what: string): (number | undefined)[] =>
    answered.filter(underWay[what] ?? (() => false)).map(({ status }) => status);
  expect(statusOf('a creation')).toEqual([201]);
  expect(statusOf('a repair')).toEqual([409]);
  expect(new Set(statusOf('a deletion'))).toEqual(new Set([404]));
  expect(new Set(statusOf('a creation of what the other creates too'))).toEqual(new Set([409]));
}

describe.concurrent('of two replicas', () => {
  test('a leader that was frozen past its Lease writes nothing when it wakes', async (context) => {
    const replicas = await leaderWithWrites(context, 'frozen');
    const { first, second, holding } = replicas;
    process.kill(first.pid, 'SIGSTOP');
    expect(await takeoverMs(second, 'frozen')).toBeLessThan(takeoverLimitMs);
    await workOfNext(replicas);
    await arriveLate(holding);
    process.kill(first.pid, 'SIGCONT');
    await until('the first to know that it does not lead', async () => !(await first.leads()));
    await areAsAsked(replicas.user, replicas.namespace);
    await expectFenced(replicas);
  });

  test('what a leader sent into a partition does no harm when it arrives', async (context) => {
    const replicas = await leaderWithWrites(context, 'partitioned');
    const { first, second, holding } = replicas;
    holding.hold(() => true);
    expect(await takeoverMs(second, 'cut off')).toBeLessThan(takeoverLimitMs);
    expect(await first.leads()).toBe(false);
    await workOfNext(replicas);
    await arriveLate(holding);
    await areAsAsked(replicas.user, replicas.namespace);
    await expectFenced(replicas);
  });

  test.for([
    ['behind', -60],
    ['ahead', 60],
  ] as const)(
    'one whose clock is a minute %s keeps its Lease while it renews it, and no longer',
    ([, seconds], context) =>
      orSkip(context, async () => {
        const { namespace, account } = await installation('clock');
        const { kubeconfigPath: KUBECONFIG } = await account();
        const off = await startReplica(context, namespace, { KUBECONFIG, ...(await clockOff(seconds)) });
        await until('the first to lead', off.leads);
        const right = await startReplica(context, namespace, { KUBECONFIG });
        const looks = async (): Promise<number> =>
          (await lab().audit()).filter(
            ({ verb, objectRef }) =>
              verb === 'get' && objectRef?.resource === 'leases' && objectRef.namespace === namespace,
          ).length;
        const before = await looks();
        await until('both to look at the Lease several times', async () => (await looks()) > before + 6);
        expect(await right.leads()).toBe(false);
        await off.kill();
        const clock = `a minute ${seconds < 0 ? 'behind' : 'ahead'}`;
        expect(await takeoverMs(right, `killed, its clock ${clock}`)).toBeLessThan(takeoverLimitMs);
      }),
  );
});
