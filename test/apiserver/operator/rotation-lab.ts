import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { pause } from '../../../operator/runtime/pause.ts';
import type { RotationStatus } from '../../../operator/reconcile/resource.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import {
  chatStackIn,
  eventsIn,
  startOperator,
  until,
  userOf,
  type OperatorEvent,
  type RunningOperator,
  type StartOptions,
  type User,
} from './lab.ts';
import { rollOut } from './stand-ins.ts';
import { tellOver, TellingStore } from './telling-store.ts';

/** ChatStacks whose Neo4j is a stand-in. */
export const kinds = [
  { ...chatKind, rotate: { [neo4jName]: tellOver(neo4jName, 'bolt') } },
] as unknown as readonly StackKind[];

/** A stack that an operator has applied, and a stand-in for its Neo4j. */
export interface RotationLab {
  readonly namespace: string;
  readonly store: TellingStore;
  /** Whether the pods of workloads become ready, as far as their statuses say. */
  readonly pods: { areReady: boolean };
  readonly user: User;
  readonly start: (options?: StartOptions) => Promise<RunningOperator>;
  /** Creates the pod of the store, ready or not. */
  readonly podOfStore: (isReady: boolean) => Promise<void>;
  readonly deletePodOfStore: () => Promise<unknown>;
  /** Asks for a rotation. `undefined`: no longer. */
  readonly ask: (token: string | undefined) => Promise<unknown>;
  readonly status: () => Promise<RotationStatus | undefined>;
  readonly isDone: (token: string) => Promise<void>;
  /** The values of the stack's Secret, decoded. */
  readonly values: (name?: string) => Promise<Record<string, string> | undefined>;
  /** When a workload was restarted last, as its template says. */
  readonly restartedAt: (kind: string, name: string) => Promise<string | undefined>;
  readonly read: (kind: string, name: string, apiVersion?: string) => Promise<KubeObject | undefined>;
  readonly events: () => Promise<OperatorEvent[]>;
  /** The names of the policies that admit the operator to a store. */
  readonly doors: () => Promise<string[]>;
}

const turnMs = 50;

export async function startRotationLab(server: ApiServer, spec: object = {}): Promise<RotationLab> {
  const namespace = `rotate-${randomUUID().slice(0, 8)}`;
  await server.createNamespace(namespace);
  const store = await TellingStore.start();
  onTestFinished(() => store.stop());
  const user = userOf(server);
  const podsOfAll = { areReady: true };
  const stopping = new AbortController();
  const standing = (async () => {
    while (!stopping.signal.aborted) {
      await rollOut(server, (_, replicas) => (podsOfAll.areReady ? replicas : 0), namespace);
      await pause(turnMs, stopping.signal);
    }
  })();
  onTestFinished(async () => {
    stopping.abort();
    await standing;
  });
  const request: typeof user.cluster.api.request = (...asked) => user.cluster.api.request(...asked);
  const start = (options: StartOptions = {}) => startOperator(server, { namespace, kinds, ...options });
  const read = (kind: string, name: string, apiVersion = 'v1') =>
    user.read(apiVersion, kind, namespace, name);
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const status = async () => (await user.resource(namespace))?.status?.rotation;
  await user.apply(chatStackIn(namespace, spec));
  return {
    ...{ namespace, store, user, start, read, status, pods: podsOfAll },
    podOfStore: async (isReady) => {
      const set = (await read('StatefulSet', 'talk-neo4j', 'apps/v1')) as unknown as {
        spec: { template: { metadata: { labels: object } } };
      };
      await request('POST', pods, { body: podOf(set.spec.template.metadata.labels, store.port) });
      const ready = { type: 'Ready', status: isReady ? 'True' : 'False' };
      await request('PATCH', `${pods}/talk-neo4j-0/status`, {
        contentType: 'application/merge-patch+json',
        body: {
          status: { phase: 'Running', podIP: LOOPBACK, podIPs: [{ ip: LOOPBACK }], conditions: [ready] },
        },
      });
    },
    deletePodOfStore: () => request('DELETE', `${pods}/talk-neo4j-0`, { body: { gracePeriodSeconds: 0 } }),
    ask: (token) =>
      request('PATCH', `/apis/${chatKind.apiVersion}/namespaces/${namespace}/${chatKind.plural}/talk`, {
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations: { 'mooring.dev/rotate': token ?? null } } },
      }),
    isDone: (token) =>
      until(`the rotation ${token} to be done`, async () => {
        const now = await status();
        return now?.token === token && now.phase === 'Done';
      }),
    values: async (name = 'talk-secrets') => {
      const secret = (await read('Secret', name)) as { data?: Record<string, string> } | undefined;
      if (!secret) return undefined;
      return Object.fromEntries(
        Object.entries(secret.data ?? {}).map(([key, value]) => [
          key,
          Buffer.from(value, 'base64').toString(),
        ]),
      );
    },
    restartedAt: async (kind, name) => {
      const { spec: found } = ((await read(kind, name, 'apps/v1')) ?? {}) as {
        spec?: { template: { metadata: { annotations?: Record<string, string> } } };
      };
      return found?.template.metadata.annotations?.['kubectl.kubernetes.io/restartedAt'];
    },
    events: () => eventsIn(user, namespace),
    doors: async () => {
      const { json } = await request(
        'GET',
        `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
      );
      return (json as { items: KubeObject[] }).items
        .map(({ metadata }) => metadata.name)
        .filter((name) => /^talk-neo4j-.*-from-operator$/.test(name));
    },
  };
}

const podOf = (labels: object, containerPort: number): object => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: {
    name: 'talk-neo4j-0',
    labels,
  },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: neo4jName, image: 'neo4j', ports: [{ name: 'bolt', containerPort }] }],
  },
});
