import { expect, onTestFinished, test } from 'vitest';
import type { KubeObject } from '../../../kube/objects.ts';
import type { Ask } from '../../../operator/gates/pod-answer.ts';
import { gate, saying } from '../../operator/gates/pods.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import { appliedStack, conditionOf, settled, startOperator, until } from './lab.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

const open: Ask = () =>
  Promise.resolve(saying(['redis', 'neo4j', 'qdrant'].map((name) => gate('open', { name }))));

test('another operator that has asked no pod yet changes nothing of what the status says', async () => {
  const { namespace, user, operator, read } = await appliedStack(lab(), {}, { ask: open });
  const { spec } = (await read('Deployment', 'talk-backend', 'apps/v1')) as unknown as {
    spec: { template: { metadata: object; spec: object } };
  };
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const { metadata } = spec.template;
  await user.cluster.api.request('POST', pods, {
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: 'talk-backend-1' },
      spec: spec.template.spec,
    } satisfies KubeObject,
  });
  await user.cluster.api.request('PATCH', `${pods}/talk-backend-1/status`, {
    contentType: 'application/merge-patch+json',
    body: { status: { phase: 'Running', podIP: LOOPBACK, podIPs: [{ ip: LOOPBACK }] } },
  });
  const neo4j = async () => conditionOf(await user.resource(namespace), 'Neo4jReady');
  await until('the report', async () => (await neo4j()) === 'True Open');
  await settled(operator);
  await operator.stop();
  const before = await user.resource(namespace);

  const asked = Promise.withResolvers<undefined>();
  const next = await startOperator(lab(), {
    namespace,
    ask: (...to) => asked.promise.then(() => open(...to)),
  });
  onTestFinished(() => {
    asked.resolve(undefined);
  });
  await until('a reconcile', () => Promise.resolve(next.ended() > 0));
  await settled(next);
  expect((await user.resource(namespace))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  asked.resolve(undefined);
  await settled(next);
  expect((await user.resource(namespace))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
});
