import { writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import type { Manifest } from '../../../charts-ts/render.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { attributesOf } from '../../../kube/access-review.ts';
import { openCluster } from '../../../kube/cluster.ts';
import { applyObject } from '../../../kube/server-side-apply.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { operatorName, operatorPodLabels } from '../../../operator/manifests/names.ts';
import { operatorManifests } from '../../../operator/manifests/operator-manifests.ts';
import type { ManifestOptions } from '../../../operator/manifests/options.ts';
import { LeaderElection } from '../../../operator/runtime/leader-election.ts';
import { at, pick } from '../../charts-ts/rendered.ts';
import { forSuite } from '../../servers/for-suite.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { kinds as rotatedKinds, startRotationLab } from './rotation-lab.ts';
import { chatStackIn, startOperator, startWithChatStacks, until, userOf } from './lab.ts';

const lab = forSuite(startWithChatStacks);
const kinds = [chatKind] as unknown as readonly StackKind[];

/** The manifests applied, and the API server as the operator's own account sees it. */
async function installed(
  options: ManifestOptions,
): Promise<{ manifests: Manifest[]; asOperator: ApiServer }> {
  const manifests = operatorManifests(kinds, options);
  const user = userOf(lab());
  for (const object of manifests) await applyObject(user.cluster, object, { force: true });
  const { namespace = '' } = pick(manifests, 'ServiceAccount', operatorName).metadata;
  const { json } = await user.cluster.api.request(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${operatorName}/token`,
    { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} } },
  );
  const kubeconfigPath = join(dirname(lab().kubeconfigPath), `operator-${randomUUID()}`);
  await writeFile(kubeconfigPath, kubeconfigOf(lab(), String(at(json, 'status.token'))), { mode: 0o600 });
  return { manifests, asOperator: { ...lab(), kubeconfigPath } };
}

const kubeconfigOf = ({ url, caPem }: ApiServer, token: string): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'operator',
    clusters: [
      {
        name: 'lab',
        cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') },
      },
    ],
    users: [{ name: 'operator', user: { token } }],
    contexts: [{ name: 'operator', context: { cluster: 'lab', user: 'operator' } }],
  });

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
  const { manifests, asOperator } = await installed(only === undefined ? {} : { namespace: only });
  const user = userOf(lab());
  const used = new Set<string>();
  const operator = await startOperator(asOperator, {
    ...(only === undefined ? {} : { namespace: only, operatorPods: operatorPodLabels }),
    intercept: (method, path, send) => {
      used.add(rightOf(method, path));
      return send();
    },
  });
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

test('with the rights of its manifests a rotation is refused nothing, also of an immutable Secret', async () => {
  const { manifests, asOperator } = await installed({});
  const rotation = await startRotationLab(lab());
  const used = new Set<string>();
  const operator = await startOperator(asOperator, {
    ...{ namespace: rotation.namespace, kinds: rotatedKinds },
    intercept: (method, path, send) => {
      used.add(rightOf(method, path));
      return send();
    },
  });
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
  const rights = granted(manifests);
  expect([...used].filter((right) => !rights.has(right) && !/^get \./.test(right))).toEqual([]);
  expect([...used]).toContain('delete secrets.');
});

test('its account may hold the Lease, and no other', async () => {
  const { asOperator, manifests } = await installed({});
  const { namespace = '' } = pick(manifests, 'ServiceAccount', operatorName).metadata;
  const cluster = openCluster({ kubeconfig: asOperator.kubeconfigPath }, operatorName);
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
