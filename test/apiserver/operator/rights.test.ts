import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { Manifest } from '../../../charts-ts/render.ts';
import { attributesOf } from '../../../kube/access-review.ts';
import { openCluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { operatorName, operatorPodLabels } from '../../../operator/manifests/names.ts';
import { LeaderElection } from '../../../operator/runtime/leader-election.ts';
import { at, pick } from '../../charts-ts/rendered.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { chatStackIn, startOperator, startWithChatStacks, until, userOf } from './lab.ts';
import { installed } from './own-account.ts';

const lab = forSuite(startWithChatStacks);

const full = { backend: { autoscaling: { enabled: true } }, ingress: { host: 'chat.example.com' } };

/** The verbs of every rule, as `patch deployments.apps`. */
const granted = (manifests: readonly Manifest[]): Set<string> =>
  new Set(
    manifests
      .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
      .flatMap((role) => role['rules'] as Record<'apiGroups' | 'resources' | 'verbs', string[]>[])
      .flatMap(({ apiGroups, resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${apiGroups[0] ?? ''}`)),
      ),
  );

/** Requests as the authorizer sees them, in the same form. */
function rightOf(method: string, path: string): string {
  const { verb, resource = '', spec } = attributesOf(method, path);
  return `${verb} ${resource}.${spec.resourceAttributes?.group ?? ''}`;
}

test.each([
  ['in every namespace', undefined],
  ['in one namespace', 'of-one'],
])('with the rights of its manifests, %s, an operator is refused nothing', async (_, only) => {
  const namespace = only ?? `of-all-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const { manifests, account } = await installed(lab(), only === undefined ? {} : { namespace: only });
  const user = userOf(lab());
  const used = new Set<string>();
  const operator = await startOperator(
    { ...lab(), ...(await account()) },
    {
      ...(only === undefined ? {} : { namespace: only, operatorPods: operatorPodLabels }),
      intercept: (method, path, send) => {
        used.add(rightOf(method, path));
        return send();
      },
    },
  );
  const isObserved = () => user.isObserved(namespace);
  const policy = () => user.read('networking.k8s.io/v1', 'NetworkPolicy', namespace, 'talk-default-deny');
  const ingress = () => user.read('networking.k8s.io/v1', 'Ingress', namespace, 'talk-backend');

  await user.apply(chatStackIn(namespace, full));
  await until('the stack to be applied', isObserved);
  expect(await ingress()).toBeDefined();
  const admitting = 'talk-backend-metrics-from-operator';
  const sources = at(
    await user.read('networking.k8s.io/v1', 'NetworkPolicy', namespace, admitting),
    'spec.ingress.0.from.0',
  );
  expect(Object.keys(sources as object)).toEqual([only === undefined ? 'namespaceSelector' : 'podSelector']);
  const before = await policy();
  await user.remove(before as KubeObject);
  await until('the policy to be back', async () => {
    const { metadata } = (await policy()) ?? {};
    return metadata !== undefined && metadata.uid !== before?.metadata.uid;
  });
  await user.apply(chatStackIn(namespace, { deletionPolicy: 'Delete', redis: { storage: { size: '3Gi' } } }));
  await until('the Ingress to be deleted', async () => (await ingress()) === undefined);
  await until('the stack to be applied again', isObserved);
  await user.remove((await user.resource(namespace)) as KubeObject);
  // Before its end, which aborts what is under way.
  expect(operator.errors).toEqual([]);
  await operator.stop();
  const rights = granted(manifests);
  expect([...used].filter((right) => !rights.has(right) && !/^get \./.test(right))).toEqual([]);
});

test('its account may hold the Lease, and no other', async () => {
  const { account, manifests } = await installed(lab(), {});
  const { namespace = '' } = pick(manifests, 'ServiceAccount', operatorName).metadata;
  const cluster = openCluster({ kubeconfig: (await account()).kubeconfigPath }, operatorName);
  onTestFinished(() => cluster.api.close());
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
  await expect(
    cluster.api.request('GET', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/another`),
  ).rejects.toMatchObject({ status: 403 });
});
