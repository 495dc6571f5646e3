import { describe, expect, test } from 'vitest';
import type { KubeObject, ManagedFields } from '../../../kube/objects.ts';
import { fingerprintOf, projectObject } from '../../../operator/reconcile/observed.ts';

const entry: ManagedFields = {
  manager: 'mooring-operator',
  operation: 'Apply',
  time: '2026-01-01T00:00:00Z',
  fieldsV1: { 'f:spec': {} },
};
const workload: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'demo-web',
    namespace: 'shop',
    uid: 'u1',
    resourceVersion: '10',
    generation: 2,
    labels: { 'app.kubernetes.io/instance': 'demo' },
    ownerReferences: [{ kind: 'ShopStack', name: 'demo', uid: 'owner', controller: true }],
    managedFields: [entry],
  },
  spec: { replicas: 2 },
  status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
};
const withMetadata = (metadata: Partial<KubeObject['metadata']>): KubeObject => ({
  ...workload,
  metadata: { ...workload.metadata, ...metadata },
});

describe('the fingerprint of a live object', () => {
  test.each<[string, KubeObject]>([
    ['its status', { ...workload, status: {} }],
    ['its resource version', withMetadata({ resourceVersion: '11' })],
    ['the time of a write', withMetadata({ managedFields: [{ ...entry, time: '2026-02-02T00:00:00Z' }] })],
    [
      "a status' owner",
      withMetadata({ managedFields: [entry, { manager: 'kubelet', subresource: 'status' }] }),
    ],
  ])('does not change with %s', (_, changed) => {
    expect(fingerprintOf(changed)).toBe(fingerprintOf(workload));
  });

  test.each<[string, KubeObject]>([
    ['its spec', { ...workload, spec: { replicas: 3 } }],
    ['a label', withMetadata({ labels: { a: 'b' } })],
    ['an owner', withMetadata({ ownerReferences: [] })],
    ['another manager', withMetadata({ managedFields: [entry, { manager: 'kubectl-edit' }] })],
    ['a field that is no longer ours', withMetadata({ managedFields: [{ ...entry, fieldsV1: {} }] })],
  ])('changes with %s', (_, changed) => {
    expect(fingerprintOf(changed)).not.toBe(fingerprintOf(workload));
  });
});

test('a live object is kept as its place, its stack, its owner and how far its rollout is', () => {
  expect(projectObject(workload)).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'demo-web',
    namespace: 'shop',
    uid: 'u1',
    resourceVersion: '10',
    stack: 'demo',
    fingerprint: fingerprintOf(workload),
    isEnding: false,
    isPaused: false,
    ownerUid: 'owner',
    rollout: { wanted: 2, replicas: 2, ready: 2, updated: 2, isDone: true },
  });
});

test.each([
  ['its controller has not seen the newest generation', { observedGeneration: 1 }],
  ['an old pod is still there', { replicas: 3 }],
  ['a pod is not ready', { readyReplicas: 1 }],
  ['a pod runs the old template', { updatedReplicas: 1 }],
])('a rollout is not done while %s', (_, status) => {
  const object = { ...workload, status: { ...(workload['status'] as object), ...status } };
  expect(projectObject(object).rollout?.isDone).toBe(false);
});

test('a workload says why its controller cannot go on', () => {
  const conditions = [
    { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable' },
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' },
  ];
  const object = { ...workload, status: { ...(workload['status'] as object), conditions } };
  expect(projectObject(object).rollout?.failure).toBe('FailedCreate: exceeded quota');
});

const rolling = { updateStrategy: { rollingUpdate: { partition: 0 } } };

test.each<[string, object, object, string | undefined]>([
  ['replaces its pods by itself', rolling, {}, 'r2'],
  ['may make an earlier pod again', {}, {}, undefined],
  ['was not looked at by its controller yet', rolling, { observedGeneration: 1 }, undefined],
  ['replaces a pod only once it is deleted', { updateStrategy: { type: 'OnDelete' } }, {}, undefined],
  ['is held back', { updateStrategy: { rollingUpdate: { partition: 1 } } }, {}, undefined],
])('the revision of a StatefulSet that %s: %s', (_, spec, status, revision) => {
  const object = {
    ...workload,
    kind: 'StatefulSet',
    spec: { replicas: 2, ...spec },
    status: { ...(workload['status'] as object), updateRevision: 'r2', ...status },
  };
  expect(projectObject(object).rollout?.revision).toBe(revision);
});
