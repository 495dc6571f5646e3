import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import { planOf } from '../../../deploy/plan.ts';
import { openCluster, type Cluster } from '../../../kube/cluster.ts';
import { keyOfObject, type KubeObject } from '../../../kube/objects.ts';
import { operatorName } from '../../../operator/operator.ts';
import { crdOf } from '../../../operator/manifests/crd.ts';
import { desiredOf } from '../../../operator/reconcile/desired.ts';
import type { StackResource } from '../../../operator/reconcile/resource.ts';
import { shopKind } from '../../kinds/shop-kind.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { editsOf, type Edit } from '../repair/edits.ts';
import {
  chatStackIn,
  isServed,
  settled,
  startOperator,
  startWithChatStacks,
  until,
  userOf,
  type User,
} from './lab.ts';

const lab = forSuite(startWithChatStacks);
const kinds = [chatKind, shopKind];
const editsOfEach = 3;
const seed = 20_261_128;

/** The definition of the second kind, as `kubectl apply` of its CRD makes it. */
async function serveShops(kind = shopKind): Promise<void> {
  const user = userOf(lab());
  await user.apply(crdOf(kind) as unknown as KubeObject);
  await isServed(user.cluster, kind);
}

/** A ShopStack document. */
const shopIn = (namespace: string, name: string, spec: object = {}): KubeObject => ({
  apiVersion: shopKind.apiVersion,
  kind: shopKind.kind,
  metadata: { name, namespace },
  spec,
});

/** The same as it is in the cluster. */
const liveShop = async (user: User, { apiVersion, kind, metadata }: KubeObject): Promise<StackResource> =>
  (await user.read(apiVersion, kind, metadata.namespace ?? '', metadata.name)) as StackResource;

/** What a stack's objects are not, by a plan of the deployment's own: a line for each field. */
async function differencesOf(cluster: Cluster, objects: readonly KubeObject[]): Promise<string[]> {
  const planned = await planOf(cluster, objects);
  return planned.flatMap(({ object, changes, refused }) => [
    ...refused,
    ...changes.map(({ path }) => `${keyOfObject(object)} ${path}`),
  ]);
}

/** Some of the edits of a rendered object, the same in each run. */
const someEdits = (object: KubeObject): Edit[] =>
  fc.sample(fc.constantFrom(...editsOf(object)), { numRuns: editsOfEach, seed });

describe('one operator of two kinds', () => {
  test('keeps a ShopStack beside a ChatStack: edits of any field come back, and then nothing is written', async () => {
    await serveShops();
    const namespace = `shop-${randomUUID().slice(0, 8)}`;
    await lab().createNamespace(namespace);
    const operator = await startOperator(lab(), { namespace, kinds });
    const user = userOf(lab());
    const shop = shopIn(namespace, 'orders', { web: { currency: 'USD' } });
    await user.apply(shop);
    await user.apply(chatStackIn(namespace));
    await until('both to be applied', async () => {
      const orders = await liveShop(user, shop);
      const isObserved = orders.status?.observedGeneration === orders.metadata.generation;
      return isObserved && (await user.isObserved(namespace));
    });
    const { objects } = desiredOf(shopKind, await liveShop(user, shop));
    const cluster = openCluster({ kubeconfig: lab().kubeconfigPath }, operatorName);
    expect(await differencesOf(cluster, objects)).toEqual([]);
    let made = 0;
    for (const object of objects)
      for (const { patch, at } of someEdits(object)) {
        const isTaken = await user.patch(object, patch).then(
          () => true,
          () => false,
        );
        if (!isTaken) continue;
        made++;
        await until(
          `${keyOfObject(object)} ${at} to be back`,
          async () => (await differencesOf(cluster, objects)).length === 0,
        );
      }
    cluster.api.close();
    await settled(operator);
    const before = operator.writes.length;
    operator.enqueue(namespace, 'orders');
    await settled(operator);
    expect(operator.writes.slice(before)).toEqual([]);
    expect(operator.errors).toEqual([]);
    expect(made).toBeGreaterThan(objects.length);
    console.log(`${made} edits of ${objects.length} objects came back.`);
  });

  test('refuses what belongs to a stack of the same name and the other kind, and lets that stack be', async () => {
    await serveShops();
    const namespace = `same-${randomUUID().slice(0, 8)}`;
    await lab().createNamespace(namespace);
    const operator = await startOperator(lab(), { namespace, kinds });
    const user = userOf(lab());
    await user.apply(chatStackIn(namespace));
    await until('the ChatStack to be applied', () => user.isObserved(namespace));
    const shop = shopIn(namespace, 'talk');
    await user.apply(shop);
    const ready = async (): Promise<string> => {
      const { status } = await liveShop(user, shop);
      return status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
    };
    await until('the ShopStack to say so', async () =>
      (await ready()).includes(
        'NetworkPolicy talk-default-deny belongs to ChatStack talk; rename one of the two.',
      ),
    );
    await settled(operator);
    const policy = await user.read('networking.k8s.io/v1', 'NetworkPolicy', namespace, 'talk-default-deny');
    expect(policy?.metadata.ownerReferences).toMatchObject([{ kind: chatKind.kind, name: 'talk' }]);
    const chat = await user.resource(namespace);
    expect(chat?.status?.lastDrift).toBeUndefined();
    expect(JSON.stringify(chat?.status)).not.toContain('talk-web');
    expect(operator.errors).toEqual([]);
  });
});

test('a kind with `scale` tells at /scale how many pods its workload has', async () => {
  const kind = { ...shopKind, scale: { replicasPath: 'spec.web.replicas', service: 'web' } };
  await serveShops(kind);
  const namespace = `scaled-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const operator = await startOperator(lab(), { namespace, kinds: [kind] });
  const user = userOf(lab());
  await user.apply(shopIn(namespace, 'orders', { web: { replicas: 3 } }));
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/orders-web`;
  await until(
    'the Deployment to be there',
    async () => (await lab().request('GET', deployment)).status === 200,
  );
  const scale = `/apis/${kind.apiVersion}/namespaces/${namespace}/${kind.plural}/orders/scale`;
  const told = async (): Promise<unknown> => {
    const { json } = await user.cluster.api.request('GET', scale, { accept: [404] });
    return json;
  };
  for (const replicas of [2, 3, 0]) {
    // As the Deployment's controller does.
    await user.cluster.api.request('PATCH', `${deployment}/status`, {
      contentType: 'application/merge-patch+json',
      body: { status: { replicas } },
    });
    await until(`${replicas} replicas at /scale`, async () => {
      const { status } = (await told()) as { status?: { replicas?: number; selector?: string } };
      return status?.replicas === replicas && status.selector !== undefined;
    });
  }
  expect(await told()).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } });
  expect(operator.errors).toEqual([]);
});
