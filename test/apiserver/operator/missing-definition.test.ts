import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { Lease } from '../../../kube/kinds.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { crdOf } from '../../../operator/manifests/crd.ts';
import { operatorName } from '../../../operator/manifests/names.ts';
import { servedBy, servesAnnotation } from '../../../operator/manifests/serves.ts';
import { runOperator } from '../../../operator/run.ts';
import type { StackResource } from '../../../operator/reconcile/resource.ts';
import { shopKind } from '../../kinds/shop-kind.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';
import { chatStackIn, startWithChatStacks, until, userOf } from './lab.ts';

const lab = forSuite(startWithChatStacks);

/** A whole operator of both kinds, in this process. Ended at the end of the test. */
async function startOperatorOf(namespace: string) {
  const port = await freePort();
  const lines: string[] = [];
  const stopping = new AbortController();
  const env = {
    ...{ WATCH_NAMESPACE: namespace, POD_NAMESPACE: namespace, POD_NAME: 'one' },
    ...{ OPERATOR_PORT: port, LOG_LEVEL: 'info' as const },
  };
  const running = runOperator(
    {
      kinds: [chatKind, shopKind],
      env,
      cluster: { kubeconfig: lab().kubeconfigPath },
      log: pino({ base: null }, { write: (line) => void lines.push(line) }),
    },
    stopping.signal,
  );
  onTestFinished(async () => {
    stopping.abort();
    await running;
  });
  const get = async (path: string) => {
    const answer = await fetch(`http://${LOOPBACK}:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return { get, lines };
}

test('an operator of two kinds serves one while the definition of the other is missing, says so, and takes it up when it comes', async () => {
  const namespace = `missing-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const user = userOf(lab());
  const { get, lines } = await startOperatorOf(namespace);
  const missing = async (count: number) =>
    (await get('/metrics')).text.includes(`mooring_operator_definition_missing{kind="ShopStack"} ${count}`);
  const isReady = async () => (await get('/readyz')).status === 200;

  await user.apply(chatStackIn(namespace));
  await until('the ChatStack to be applied', () => user.isObserved(namespace));
  expect(await get('/readyz')).toEqual({
    status: 503,
    text: 'CustomResourceDefinition shopstacks.example.com is not there: no ShopStack is looked at until it is.\n',
  });
  expect((await get('/healthz')).status).toBe(200);
  expect(await missing(1)).toBe(true);
  const lease = await user.read('coordination.k8s.io/v1', 'Lease', namespace, operatorName);
  const { holderIdentity = '' } = (lease as Lease | undefined)?.spec ?? {};
  expect(servedBy(holderIdentity, lease?.metadata.annotations?.[servesAnnotation])).toEqual([
    'chatstacks.mooring.dev',
    'shopstacks.example.com',
  ]);

  const definition = crdOf(shopKind) as unknown as KubeObject;
  await user.apply(definition);
  await until('the definition to be noticed', isReady);
  expect(await missing(0)).toBe(true);
  const shop = {
    ...chatStackIn(namespace, {}, 'orders'),
    apiVersion: shopKind.apiVersion,
    kind: shopKind.kind,
  };
  await user.apply(shop);
  await until('the ShopStack to be applied', async () => {
    const live = (await user.read(shop.apiVersion, shop.kind, namespace, 'orders')) as
      StackResource | undefined;
    return live?.status?.observedGeneration === live?.metadata.generation;
  });

  await user.remove(definition);
  await until('its absence to be noticed', async () => !(await isReady()));
  expect(await missing(1)).toBe(true);
  // Each is told once, however often it is looked for.
  expect(lines.filter((line) => line.includes('is not there'))).toHaveLength(2);
  expect(lines.filter((line) => line.includes('Its definition is there'))).toHaveLength(1);
});
