import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { openCluster, type Cluster } from '../../../kube/cluster.ts';
import { httpAsk } from '../../../operator/gates/http-ask.ts';
import { PodProber } from '../../../operator/gates/pod-prober.ts';
import { projectPod, type PodView } from '../../../operator/gates/pod-view.ts';
import type { Condition } from '../../../operator/conditions.ts';
import { Cache } from '../../../operator/runtime/cache.ts';
import { Informer } from '../../../operator/runtime/informer.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { until as untilWithin } from '../../servers/poll.ts';
import { podsAt, queueReady, type Pods } from './pods.ts';
import { report, ReportingProcess } from './reporting-process.ts';

export { queueReady };

const labels = { 'app.kubernetes.io/instance': 'demo', 'app.kubernetes.io/name': 'web' };

export const until = (what: string, check: () => boolean): Promise<void> =>
  untilWithin(what, () => Promise.resolve(check()), 20_000);

/** A state of a pod's condition that a watch has shown, and when. */
interface Seen {
  readonly pod: string;
  readonly condition: Condition;
  readonly at: number;
}

/** What a test may do to the prober of `probing`. */
interface Hooks {
  /** Awaited before each request that is no read. */
  beforeWrite: () => Promise<unknown>;
  /** Whether the prober is told of changes of pods. */
  isTold: boolean;
}

export interface Probing extends Pods {
  readonly namespace: string;
  /** Of its pods. */
  readonly path: string;
  readonly prober: PodProber;
  /** Every request that was no read, in order: `PATCH /api/v1/…`. */
  readonly writes: readonly string[];
  readonly latencies: readonly number[];
  readonly errors: readonly unknown[];
  readonly seen: readonly Seen[];
  readonly hooks: Hooks;
  readonly conditionOf: (pod: string, type?: string) => Condition | undefined;
  /** Until a condition is as `True Open` says. */
  readonly shows: (pod: string, what: string, type?: string) => Promise<void>;
  /** Until so many more questions to pods have begun. */
  readonly isAsked: (times: number) => Promise<void>;
}

/** A prober of the pods of a new namespace, told of them by a watch. Stopped at the end of the test. */
export async function probing(server: ApiServer): Promise<Probing> {
  const namespace = `gates-${randomUUID().slice(0, 8)}`;
  await server.createNamespace(namespace);
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const { api } = openCluster({ kubeconfig: server.kubeconfigPath }, 'test');
  const http = httpAsk({ reportOf: () => report });
  const [writes, latencies, errors]: [string[], number[], unknown[]] = [[], [], []];
  const hooks: Hooks = { beforeWrite: () => Promise.resolve(), isTold: true };
  let asked = 0;
  const prober = new PodProber({
    cluster: {
      api: observing(api, async (write) => {
        writes.push(write);
        await hooks.beforeWrite();
      }),
    },
    ask: (...question) => {
      asked++;
      return http.ask(...question);
    },
    onLatency: (seconds) => latencies.push(seconds),
    onError: (error) => errors.push(error),
  });
  const seen: Seen[] = [];
  const cache = new Cache<PodView>();
  const informer = new Informer({
    ...{ collection: { api, path }, cache, project: projectPod },
    onChange: ({ key, now }) => {
      const at = performance.now();
      if (now) seen.push(...now.conditions.map((condition) => ({ pod: now.name, condition, at })));
      if (!hooks.isTold) return;
      if (now) prober.podChanged(now);
      else prober.podGone(key);
    },
    onRestart: (error) => errors.push(error),
  });
  const stopping = new AbortController();
  const running = [informer.run(stopping.signal), prober.run(stopping.signal)];
  await informer.synced;
  onTestFinished(async () => {
    stopping.abort();
    await Promise.all(running);
    http.close();
    api.close();
  });
  const conditionOf = (pod: string, type = queueReady): Condition | undefined =>
    cache.get(`${namespace}/${pod}`)?.conditions.find((condition) => condition.type === type);
  return {
    ...{ namespace, path, prober, writes, latencies, errors, seen, hooks, conditionOf },
    shows: (pod, what, type = queueReady) =>
      until(`${type} of ${pod} to be ${what}`, () => wordsOf(conditionOf(pod, type)) === what),
    isAsked: async (times) => {
      const enough = asked + times;
      await until(`${times} questions`, () => asked >= enough);
    },
    ...podsAt(server, path, { labels }),
  };
}

/** A condition in two words, such as `True Open`. */
export const wordsOf = (condition: Condition | undefined): string =>
  `${condition?.status ?? ''} ${condition?.reason ?? ''}`;

/** The same API; each request that is no read is told before it is sent. */
const observing = (api: Cluster['api'], tell: (write: string) => Promise<void>): Cluster['api'] => ({
  ...api,
  request: async (method, path, request) => {
    if (method !== 'GET') await tell(`${method} ${path}`);
    return api.request(method, path, request);
  },
});

/** A process that says its gate is open, of a configuration with this digest. Stopped at the end of the test. */
export async function startProcess(digest = 'sha-1'): Promise<ReportingProcess> {
  const process = await ReportingProcess.start(digest);
  onTestFinished(() => process.down());
  return process;
}
