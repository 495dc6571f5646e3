import { describe, expect, test } from 'vitest';
import { chatStack } from '../../contract/chat-stack.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { restartedServices, rotateStep, type RotateOptions } from '../../deploy/rotate.ts';
import type { SecretValues } from '../../deploy/secret.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { stackLabels } from '../../model/labels.ts';
import { CheckFailed } from '../../model/reach.ts';
import { generatedSecretKeys } from '../../model/environment.ts';
import { memoryCluster, type MemoryCluster } from './memory-cluster.ts';

const stack = chatStack(
  readChatStack(
    { apiVersion: 'mooring.dev/v1alpha1', kind: 'ChatStack', metadata: { name: 'demo' } },
    'a test',
  ),
);
const [oldValue, newValue] = ['old-value', 'new-value'];
const keys = generatedSecretKeys(stack).map(({ key }) => key);
const valuesOf = (value: string): SecretValues => Object.fromEntries(keys.map((key) => [key, value]));
const secretOf = (values: SecretValues, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'demo-secrets', namespace: stack.namespace, labels: stackLabels(stack) },
  data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, btoa(value)])),
  ...more,
});

/** A StatefulSet of Neo4j and its pod, ready or not. */
function neo4j(isReady: boolean): KubeObject[] {
  const labels = { 'app.kubernetes.io/name': 'neo4j', 'controller-revision-hash': 'r1' };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'demo-neo4j', namespace: stack.namespace, uid: 'u', labels },
      spec: { replicas: 1 },
      status: { updateRevision: 'r1' },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'demo-neo4j-0',
        namespace: stack.namespace,
        labels,
        ownerReferences: [{ kind: 'StatefulSet', name: 'demo-neo4j', uid: 'u' }],
      },
      spec: { containers: [] },
      status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
    },
  ];
}

/** One step; answers the passwords that Neo4j was told. */
async function step(
  { cluster }: MemoryCluster,
  rotate?: RotateOptions['rotators'][string],
): Promise<{ told: [string, string][]; result: Awaited<ReturnType<typeof rotateStep>> }> {
  const told: [string, string][] = [];
  const result = await rotateStep(cluster, stack, {
    make: { value: () => newValue, object: (values) => secretOf(values) },
    rotators: {
      neo4j:
        rotate ??
        ((_reach, { from, to }) => {
          told.push([from, to]);
          return Promise.resolve();
        }),
    },
    objects: [],
  });
  return { told, result };
}

const live = (memory: MemoryCluster): unknown => memory.find('Secret', 'demo-secrets')?.['data'];

describe('a rotation', () => {
  test('tells the service that keeps its secret, replaces the Secret, and restarts the others', async () => {
    const memory = memoryCluster([secretOf(valuesOf(oldValue)), ...neo4j(true)]);
    await expect(step(memory)).resolves.toEqual({ told: [[oldValue, newValue]], result: { done: true } });
    expect(live(memory)).toEqual(secretOf(valuesOf(newValue))['data']);
    expect(memory.find('Secret', 'demo-secrets-next'), 'what was staged is dropped').toBeUndefined();
    const restarted = memory.writes.filter((write) => /^PATCH \/(Deployment|StatefulSet)/.test(write));
    expect(restarted.map((write) => write.replace(/.*demo-/, '')).sort()).toEqual(
      restartedServices(stack, { neo4j: () => Promise.resolve() }).sort(),
    );
    expect(restarted.join()).not.toContain('neo4j');
  });

  test('changes nothing while a service that must be told is not ready', async () => {
    const memory = memoryCluster([secretOf(valuesOf(oldValue)), ...neo4j(false)]);
    await expect(step(memory)).rejects.toMatchObject({
      code: 'NOT_FOUND_IN_CLUSTER',
      facts: { reason: 'NoReadyPod' },
    });
    expect(memory.writes).toEqual([]);
  });

  test('that was cut off before a service was told goes on with the values it staged', async () => {
    const memory = memoryCluster([secretOf(valuesOf(oldValue)), ...neo4j(true)]);
    await expect(step(memory, () => Promise.reject(new CheckFailed('away')))).rejects.toMatchObject({
      code: 'CLUSTER_AWAY',
    });
    expect(live(memory), 'the old values stay in force').toEqual(secretOf(valuesOf(oldValue))['data']);
    const staged = memory.find('Secret', 'demo-secrets-next');
    await expect(step(memory)).resolves.toMatchObject({ told: [[oldValue, newValue]] });
    expect(live(memory)).toEqual(staged?.['data']);
  });

  test('is refused for good by a service that takes neither value', async () => {
    const memory = memoryCluster([secretOf(valuesOf(oldValue)), ...neo4j(true)]);
    const refuse = (): Promise<void> => Promise.reject(new CheckFailed('neither', { final: true }));
    await expect(step(memory, refuse)).rejects.toMatchObject({ code: 'CLUSTER_REFUSED', message: 'neither' });
  });

  test('of an immutable Secret is pending until the pods that hold it have ended', async () => {
    const memory = memoryCluster([
      secretOf(valuesOf(oldValue), { immutable: true }),
      ...neo4j(true).map((object) => ({
        ...object,
        metadata: { ...object.metadata, labels: { ...object.metadata.labels } },
      })),
    ]);
    const first = await step(memory);
    expect(first.result).toMatchObject({ pending: 'waiting for demo-neo4j-0 to end' });
    expect(memory.find('StatefulSet', 'demo-neo4j'), 'its workloads are deleted').toBeUndefined();
    expect(live(memory)).toEqual(secretOf(valuesOf(oldValue))['data']);
    memory.objects.delete('/Pod/demo-neo4j-0');
    const second = await step(memory);
    expect(second, 'told once only').toEqual({ told: [], result: { done: true } });
    expect(live(memory)).toEqual(secretOf(valuesOf(newValue))['data']);
  });
});
