import { expect } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import { readDocument } from '../../../model/read-document.ts';
import { readyCondition } from '../../../model/gates.ts';
import { ownKindsOperatorImage } from '../../images/app-image.ts';
import type { Image } from '../../images/image.ts';
import { shopImage } from '../../images/shop-image.ts';
import type { Cluster } from '../../lab/cluster.ts';
import { shopKind } from '../../kinds/shop-kind.ts';
import { until } from '../stack/until.ts';
import { gatesOf, isWell, podCondition, stackCondition, type Kept } from './conditions.ts';
import { programBase, say } from './lab.ts';

/** The images of an operator of two kinds, and of a service of the second. */
export async function secondKindImages(): Promise<{ readonly operator: Image; readonly shop: Image }> {
  const base = await programBase();
  return { operator: await ownKindsOperatorImage(base, say), shop: await shopImage(base, say) };
}

export const bothKinds = [chatKind, shopKind] as const;

/** Brings up a shop by its document alone, in a namespace of its own. */
export async function applyShop(cluster: Cluster, { ref }: Image, namespace: string): Promise<Kept> {
  const document = {
    ...{ apiVersion: shopKind.apiVersion, kind: shopKind.kind },
    metadata: { name: 'shop', namespace },
    spec: { web: { image: ref }, queue: { image: ref }, orders: { image: ref } },
  };
  const kubectl: Kept['kubectl'] = async (args, input) => {
    const options = input === undefined ? {} : { input };
    const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, ...args], options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${stderr}`);
    return stdout.trim();
  };
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['apply', '-f', '-'], JSON.stringify(document));
  const stack = shopKind.stack(readDocument(shopKind.schema, document, 'The shop'));
  return { stack, kubectl, resource: 'shopstack' };
}

/** Asserts that the gate of a shop's web server follows its queue, and that what others change in it is put back. */
export async function isKept(shop: Kept): Promise<void> {
  const gate = readyCondition('queue');
  expect(await gatesOf(shop)).toContain(`${gate} True Open`);
  await shop.kubectl(['annotate', 'statefulset/shop-queue', 'mooring.dev/paused=true']);
  await shop.kubectl(['scale', 'statefulset/shop-queue', '--replicas=0']);
  await until('the gate to be closed', async () => (await podCondition(shop, gate)) === 'False Closed');
  await until(
    'the stack to say so',
    async () => (await stackCondition(shop, 'QueueReady')) === 'False Closed',
  );
  await shop.kubectl(['annotate', 'statefulset/shop-queue', 'mooring.dev/paused-']);
  await isWell(shop);

  await shop.kubectl(['patch', 'configmap/shop-web-config', '-p', '{"data":{"SHOP_CURRENCY":"USD"}}']);
  const currency = ['get', 'configmap/shop-web-config', '-o', 'jsonpath={.data.SHOP_CURRENCY}'];
  await until('the currency to be back', async () => (await shop.kubectl(currency)) === 'EUR');
}
