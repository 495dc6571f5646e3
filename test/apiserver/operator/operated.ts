import { configReport } from '../../../model/report.ts';
import { backendName } from '../../../contract/services/backend-ports.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { qdrantName } from '../../../contract/services/qdrant.ts';
import { redisName } from '../../../contract/services/redis.ts';
import { defaultStack } from '../../../contract/default-stack.ts';
import { serviceOf } from '../../../model/environment.ts';
import { readinessGatesOf } from '../../../model/gates.ts';
import { managedBy } from '../../../model/labels.ts';
import { Stops } from '../../bench/operator/stops.ts';
import { launchApp } from '../../faults/app-process.ts';
import { startProxy } from '../../faults/proxy.ts';
import { startApiServer, type ApiServer } from '../../servers/kubernetes/api-server.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import { startRedis } from '../../servers/redis.ts';
import { until } from './lab.ts';
import { startOperatorProcess } from './operator-process.ts';
import { podsAt } from './pods.ts';
import { standIn } from './stand-ins.ts';

export interface Operated {
  readonly server: ApiServer;
  /** Starts an operator's process, which waits until there are definitions. */
  readonly startOperator: () => Promise<void>;
  /** Runs the backend of the stack in a pod: the real app, with Redis as the stack's Service leads to it. */
  readonly startBackend: () => Promise<void>;
  stop(): Promise<void>;
}

/** Of the stack whose backend runs. */
export const operated = { name: 'demo', namespace: 'chat' } as const;

/**
 * An API server, an operator's process, and the app as the one pod of a stack; what kubelet, kube-proxy and the
 * controllers of workloads would do is stood in for.
 */
export async function startOperated(): Promise<Operated> {
  const stops = new Stops();
  const server = stops.keep(await startApiServer());
  const proxy = stops.keep(await startProxy(stops.keep(await startRedis())));
  const { name, namespace } = operated;
  const stopping = new AbortController();
  const standing = standIn(
    server,
    {
      ...{ namespace, deployment: `${name}-${backendName}` },
      route: { service: `${name}-${redisName}`, port: 6379, proxy },
    },
    stopping.signal,
  );
  stops.add(async () => {
    stopping.abort();
    await standing;
  });
  return {
    server,
    startOperator: async () => {
      const env = { KUBECONFIG: server.kubeconfigPath, POD_NAMESPACE: 'mooring-system', POD_NAME: 'first' };
      const operator = await startOperatorProcess(env);
      stops.add(operator.kill);
      await until('the operator', operator.isReady);
    },
    startBackend: async () => {
      const app = stops.keep(
        await launchApp({
          EMBEDDED_STORES: `${neo4jName},${qdrantName}`,
          REDIS_HOST: LOOPBACK,
          REDIS_PORT: String(proxy.port),
        }),
      );
      const answer = await fetch(`http://${LOOPBACK}:${app.metricsPort}/config`);
      const { digest } = configReport.parse(await answer.json());
      const labels = {
        ...managedBy,
        'app.kubernetes.io/instance': name,
        'app.kubernetes.io/name': backendName,
      };
      const { createPod } = podsAt(server, `/api/v1/namespaces/${namespace}/pods`, { labels, digest });
      // The ServiceAccount's controller would make it.
      await server.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
        metadata: { name: 'default' },
      });
      const gates = readinessGatesOf(serviceOf(defaultStack, backendName));
      await createPod(`${name}-${backendName}-0`, app.metricsPort, gates);
    },
    stop: () => stops.run(),
  };
}
