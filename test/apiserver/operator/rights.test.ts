import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openCluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { operatorName } from '../../../operator/manifests/names.ts';
import { LeaderElection } from '../../../operator/runtime/leader-election.ts';
import { at, pick } from '../../charts-ts/rendered.ts';
import { forSuite } from '../../servers/for-suite.ts';
import type { AuditEvent } from '../../servers/kubernetes/audit-log.ts';
import { startOperator, startWithChatStacks, until, userOf } from './lab.ts';
import { startOperatorProcess } from './operator-process.ts';
import { granted, installed } from './own-account.ts';
import { walkThrough } from './rights-walk.ts';
import { kinds as rotatedKinds, startRotationLab } from './rotation-lab.ts';

const lab = forSuite(() => startWithChatStacks({ audit: true }));

/**
 * What a request needs, in the same form: an apply of an absent object needs `create` too. A watch is noted when it
 * begins and when it ends.
 */
function rightsOf({ verb, objectRef, responseStatus }: AuditEvent): string[] {
  if (objectRef === undefined) return [];
  const { resource, subresource, apiGroup = '' } = objectRef;
  const what = `${[resource, subresource].filter((part) => part !== undefined).join('/')}.${apiGroup}`;
  const isCreation = verb === 'patch' && responseStatus?.code === 201;
  return isCreation ? [`${verb} ${what}`, `create ${what}`] : [`${verb} ${what}`];
}

const requestsOf = async (credential: string): Promise<AuditEvent[]> =>
  (await lab().audit()).filter(({ user: { extra } }) =>
    extra?.['authentication.kubernetes.io/credential-id']?.includes(credential),
  );

test.each([
  ['in every namespace', undefined],
  ['in one namespace', 'of-one'],
])('with the rights of its manifests, %s, an operator is refused nothing', async (_, only) => {
  const namespace = only ?? `of-all-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const { manifests, account } = await installed(lab(), only === undefined ? {} : { namespace: only });
  const { kubeconfigPath, credential } = await account();
  const user = userOf(lab());
  const requests = () => requestsOf(credential);
  const used = async (): Promise<Set<string>> => new Set((await requests()).flatMap(rightsOf));
  const operator = await startOperatorProcess({
    KUBECONFIG: kubeconfigPath,
    ...(only === undefined ? {} : { WATCH_NAMESPACE: only, POD_NAMESPACE: only }),
  });
  onTestFinished(operator.kill);
  await walkThrough({ user, namespace, hasUsed: async (right) => (await used()).has(right) });
  await operator.end();

  // Whether a volume may grow is a right of the whole cluster; without it that is unknown.
  const missing = only === undefined ? [] : ['get storageclasses.storage.k8s.io'];
  const refused = (await requests()).filter(({ responseStatus }) => responseStatus?.code === 403);
  expect([...new Set(refused.flatMap(rightsOf))]).toEqual(missing);
  expect([...(await used())].sort()).toEqual([...granted(manifests), ...missing].sort());
  expect([...granted(manifests)].filter((right) => / secrets\./.test(right)).sort()).toEqual([
    ...['create secrets.', 'delete secrets.', 'get secrets.', 'patch secrets.'],
  ]);
  expect(operator.output()).not.toMatch(/"level":50/);
  const admitting = 'talk-backend-metrics-from-operator';
  const sources = at(
    await user.read('networking.k8s.io/v1', 'NetworkPolicy', namespace, admitting),
    'spec.ingress.0.from.0',
  );
  expect(Object.keys(sources as object)).toEqual([only === undefined ? 'namespaceSelector' : 'podSelector']);
});

test('with the rights of its manifests a rotation is refused nothing, also of an immutable Secret', async () => {
  const { account } = await installed(lab(), {});
  const { kubeconfigPath, credential } = await account();
  const rotation = await startRotationLab(lab());
  const operator = await startOperator(
    { ...lab(), kubeconfigPath },
    { namespace: rotation.namespace, kinds: rotatedKinds },
  );
  await until('the stack to be applied', () => rotation.user.isObserved(rotation.namespace));
  await rotation.podOfStore(true);
  await rotation.ask('one');
  await rotation.isDone('one');
  await rotation.user.patch((await rotation.read('Secret', 'talk-secrets')) as KubeObject, [
    { op: 'add', path: '/immutable', value: true },
  ]);
  await rotation.ask('two');
  await until('its pods to be waited for', async () =>
    ((await rotation.status())?.message ?? '').includes('talk-neo4j-0'),
  );
  await rotation.deletePodOfStore();
  await rotation.isDone('two');
  expect(operator.errors).toEqual([]);
  await operator.stop();
  const requests = await requestsOf(credential);
  expect(requests.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([]);
  expect(requests.flatMap(rightsOf)).toContain('delete secrets.');
});

test('its account may hold the Lease, and no other', async () => {
  const { account, manifests } = await installed(lab(), {});
  const { namespace = '' } = pick(manifests, 'ServiceAccount', operatorName).metadata;
  const cluster = openCluster({ kubeconfig: (await account()).kubeconfigPath }, operatorName);
  onTestFinished(() => cluster.api.close());
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const mayRead = (name: string): Promise<boolean> =>
    cluster.api.request('GET', `${leases}/${name}`).then(
      () => true,
      (error: unknown) => (error as { readonly status?: number }).status !== 403,
    );
  // An API server knows of a new binding a moment later.
  await until('the account to have its rights', () => mayRead(operatorName));
  const errors: unknown[] = [];
  const place = { name: operatorName, namespace, labels: {} };
  const election = new LeaderElection({
    ...{ cluster, place, identity: 'one', retryMs: 50 },
    onError: (error) => errors.push(error),
  });
  let led = 0;
  for (let term = 0; term < 2; term++)
    await election.lead(() => {
      led++;
      return Promise.resolve();
    }, AbortSignal.timeout(30_000));
  expect(led).toBe(2);
  expect(errors).toEqual([]);
  expect(await mayRead('another')).toBe(false);
});
