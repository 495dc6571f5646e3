import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { Api, ApiAnswer } from '../../../kube/api.ts';
import { ApiError } from '../../../kube/cluster-error.ts';
import { openCluster, type Cluster } from '../../../kube/cluster.ts';
import type { Choice } from '../../../kube/kubeconfig.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { applyObject, readObject } from '../../../kube/server-side-apply.ts';
import { Operator, operatorName, type OperatorOptions } from '../../../operator/operator.ts';
import type { StackResource } from '../../../operator/reconcile/resource.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { until as untilWithin } from '../../servers/poll.ts';

export { isServed, startWithChatStacks } from './chat-stacks.ts';

const timeoutMs = 60_000;

export const until = (what: string, check: () => Promise<boolean>): Promise<void> =>
  untilWithin(what, check, timeoutMs);

export async function newNamespace(server: ApiServer, prefix: string): Promise<string> {
  const namespace = `${prefix}-${randomUUID().slice(0, 8)}`;
  await server.createNamespace(namespace);
  return namespace;
}

export interface RunningOperator {
  readonly cluster: Cluster;
  /** Every request that was no read, in order: `PATCH /api/v1/…`. */
  readonly writes: string[];
  /** Every reconcile that failed, in order. */
  readonly errors: unknown[];
  /** Reconciles that have ended. */
  readonly ended: () => number;
  /** Has a stack reconciled. */
  readonly enqueue: Operator['enqueue'];
  readonly stop: () => Promise<void>;
}

/** Stands between an operator and its API server. */
export type Intercept = (method: string, path: string, send: () => Promise<ApiAnswer>) => Promise<ApiAnswer>;

/** An operator in this process. Stopped at the end of the test. */
export async function startOperator(server: ApiServer, options: StartOptions = {}): Promise<RunningOperator> {
  const operator = await openOperator({ kubeconfig: server.kubeconfigPath }, options);
  onTestFinished(operator.stop);
  return operator;
}

export type StartOptions = Partial<OperatorOptions> & {
  readonly intercept?: Intercept;
  /** The API server as the operator is to see it. */
  readonly through?: (api: Api) => Api;
};

/** An operator in this process, which the caller stops. */
export async function openOperator(
  choice: Choice,
  { intercept = (_, __, send) => send(), through = (api) => api, ...options }: StartOptions = {},
): Promise<RunningOperator> {
  const opened = openCluster(choice, operatorName);
  const cluster: Cluster = { ...opened, api: through(opened.api) };
  const writes: string[] = [];
  const errors: unknown[] = [];
  let ended = 0;
  const counted: Cluster = {
    ...cluster,
    api: {
      ...cluster.api,
      request: (method, path, request) => {
        if (method !== 'GET') writes.push(`${method} ${path}`);
        return intercept(method, path, () => cluster.api.request(method, path, request));
      },
    },
  };
  const operator = new Operator({
    cluster: counted,
    kinds: [chatKind],
    onReconciled: (_, { error }) => {
      ended++;
      if (error !== undefined) errors.push(error);
    },
    onRestart: (error) => errors.push(error),
    onError: (error) => errors.push(error),
    ...options,
  });
  const stopping = new AbortController();
  await operator.watch(stopping.signal);
  const running = operator.reconcile(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
    cluster.api.close();
  };
  const enqueue = (namespace: string, stack: string): void => operator.enqueue(namespace, stack);
  return { cluster, writes, errors, ended: () => ended, enqueue, stop };
}

/** Until no reconcile has ended for a while, and none is waited for: events have come and were worked on. */
export async function settled({ ended }: Pick<RunningOperator, 'ended'>): Promise<void> {
  let [before, since] = [ended(), performance.now()];
  await until('reconciles to end', () => {
    if (ended() !== before) [before, since] = [ended(), performance.now()];
    return Promise.resolve(performance.now() - since > 500);
  });
}

export interface User {
  readonly cluster: Cluster;
  readonly read: (
    apiVersion: string,
    kind: string,
    namespace: string,
    name: string,
  ) => Promise<KubeObject | undefined>;
  readonly resource: (namespace: string, name?: string) => Promise<StackResource | undefined>;
  /** Whether the status is of the document as it is now. */
  readonly isObserved: (namespace: string, name?: string) => Promise<boolean>;
  /** Writes a document as `kubectl apply --server-side` does. */
  readonly apply: (document: KubeObject) => Promise<unknown>;
  /** Changes an object as `kubectl patch --type=json` does. */
  readonly patch: (object: KubeObject, operations: readonly object[]) => Promise<unknown>;
  readonly remove: (object: KubeObject) => Promise<unknown>;
}

/** A user of the API server, with kubectl's name as field manager. */
export function userOf(server: ApiServer): User {
  const cluster = openCluster({ kubeconfig: server.kubeconfigPath }, 'kubectl-edit');
  const read = (apiVersion: string, kind: string, namespace: string, name: string) =>
    readObject(cluster, { apiVersion, kind, metadata: { name, namespace } });
  const resource: User['resource'] = async (namespace, name = 'talk') =>
    (await read(chatKind.apiVersion, chatKind.kind, namespace, name)) as StackResource | undefined;
  return {
    cluster,
    read,
    resource,
    isObserved: async (namespace, name) => {
      const { metadata, status } = (await resource(namespace, name)) ?? {};
      return metadata !== undefined && status?.observedGeneration === metadata.generation;
    },
    apply: (document: KubeObject) => applyObject(cluster, document, { force: true }),
    patch: async (object: KubeObject, operations: readonly object[]) =>
      cluster.api.request('PATCH', await cluster.discovery.pathOf(object), {
        query: { fieldManager: 'kubectl-edit' },
        contentType: 'application/json-patch+json',
        body: operations,
      }),
    remove: async (object: KubeObject) =>
      cluster.api.request('DELETE', await cluster.discovery.pathOf(object), {}),
  };
}

export interface OperatorEvent {
  readonly reason: string;
  readonly message: string;
}

/** The operator's Events in a namespace. The API server writes some too, such as of a cluster IP it repairs. */
export async function eventsIn({ cluster }: User, namespace: string): Promise<OperatorEvent[]> {
  const { json } = await cluster.api.request('GET', `/api/v1/namespaces/${namespace}/events`);
  const { items } = json as { items: (OperatorEvent & { reportingComponent?: string })[] };
  return items.filter(({ reportingComponent }) => reportingComponent === operatorName);
}

/** An error as an API server sends it. */
export const refused = (status: number, reason: string): ApiError =>
  new ApiError(
    status === 403 ? 'CLUSTER_DENIED' : 'CLUSTER_CONFLICT',
    `The test says ${reason}.`,
    {},
    {
      ...{ status, reason, said: reason, causes: [] },
    },
  );

/** A ChatStack document. */
export const chatStackIn = (namespace: string, spec: object = {}, name = 'talk'): KubeObject => ({
  apiVersion: chatKind.apiVersion,
  kind: chatKind.kind,
  metadata: { name, namespace },
  spec,
});

/** A condition of a stack: `True Available`. */
export const conditionOf = (resource: StackResource | undefined, type: string): string | undefined => {
  const found = resource?.status?.conditions?.find((one) => one.type === type);
  return found && `${found.status} ${found.reason}`;
};

/** A stack in a namespace of its own that an operator has applied. */
export async function appliedStack(
  server: ApiServer,
  spec: object = {},
  options: StartOptions = {},
): Promise<AppliedStack> {
  const namespace = await newNamespace(server, 'stack');
  const operator = await startOperator(server, { namespace, ...options });
  const user = userOf(server);
  await user.apply(chatStackIn(namespace, spec));
  const isObserved = () => user.isObserved(namespace);
  await until('the stack to be applied', isObserved);
  const read: AppliedStack['read'] = (kind, name, apiVersion = 'v1') =>
    user.read(apiVersion, kind, namespace, name);
  const events = () => eventsIn(user, namespace);
  return { namespace, operator, user, read, events, isObserved };
}

export interface AppliedStack {
  readonly namespace: string;
  readonly operator: RunningOperator;
  readonly user: User;
  /** An object of its namespace. */
  readonly read: (kind: string, name: string, apiVersion?: string) => Promise<KubeObject | undefined>;
  readonly events: () => Promise<readonly OperatorEvent[]>;
  readonly isObserved: () => Promise<boolean>;
}
