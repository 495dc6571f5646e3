import { expect, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { desiredOf } from '../../../operator/reconcile/desired.ts';
import { shapeOf } from '../../../operator/reconcile/shape.ts';

const desired = desiredOf(chatKind, {
  ...{ apiVersion: chatKind.apiVersion, kind: chatKind.kind },
  metadata: { name: 'talk', namespace: 'chat', uid: 'u', generation: 1 },
});

/** The gates where the reporting service is rendered with so many pods. */
function gatesWith(replicas: number): readonly string[] {
  const scaled = (object: KubeObject): KubeObject =>
    object.kind === 'Deployment' ? { ...object, spec: { ...(object['spec'] as object), replicas } } : object;
  return shapeOf(chatKind, { ...desired, objects: desired.objects.map(scaled) }).gates;
}

test.each([
  ['that runs', 1, ['neo4j', 'qdrant', 'redis']],
  ['that the document scales to 0, which has no pod to report', 0, []],
])('the gates of a service %s', (_, replicas, gates) => {
  expect([...gatesWith(replicas)].sort()).toEqual(gates);
});
