import type { ConfigReport } from '../../model/report.ts';
import type { FastifyInstance } from 'fastify';
import { backendDigest, backendValues, backendSecretsSet, type Env } from '../../contract/backend-env.ts';
import { retryAfterSeconds, type PatientContext, type Readyz, type Status } from '../../contract/http.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import type { Authenticate } from './authenticate.ts';
import type { Memory } from '../memory/types.ts';
import type { Metrics } from '../observability/metrics.ts';
import { nameOf } from './path-ids.ts';
import { ProblemError } from './problem.ts';
import type { Readiness } from '../readiness/readiness.ts';

/** Alive: 200 for as long as the process answers at all. No dependency may ever get it restarted. */
export function serveHealth(server: FastifyInstance): void {
  server.get(httpPaths.healthz, () => ({ alive: true }));
}

/** Whether this process may be sent patients; `shown` is how much of the reason this port may say. */
export function serveReadiness(
  server: FastifyInstance,
  readiness: Readiness,
  shown: 'everything' | 'outcome',
): void {
  server.get(httpPaths.readyz, (_request, reply): Readyz | Pick<Readyz, 'ready' | 'reason'> => {
    const detailed = readiness.detailed();
    if (!detailed.ready) reply.code(503).header('retry-after', retryAfterSeconds);
    const { ready, reason } = detailed;
    return shown === 'everything' ? detailed : { ready, reason };
  });
}

/** What operators read: numbers, and what the process runs with. */
export function serveOperations(server: FastifyInstance, env: Env, metrics: Metrics): void {
  server.get(httpPaths.metrics, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  server.get(httpPaths.config, (): ConfigReport => ({
    digest: backendDigest(env),
    values: backendValues(env),
    secretsSet: backendSecretsSet(env),
  }));
}

/** What the page asks over HTTP. */
export function serveApi(
  server: FastifyInstance,
  { readiness, memory, authenticate }: { readiness: Readiness; memory: Memory; authenticate: Authenticate },
): void {
  server.get(httpPaths.status, (): Status => readiness.status());
  server.get<{ Params: { patient: string } }>(httpPaths.context, async (request): Promise<PatientContext> => {
    const patient = nameOf('patient', request.params.patient);
    await authenticate(request.headers, patient);
    return memory.context(patient).catch((cause: unknown) => {
      throw new ProblemError('NOT_READY', 'The memory is unavailable now.', { retryAfterSeconds, cause });
    });
  });
  server.get(httpPaths.chat, () => {
    throw new ProblemError('BAD_REQUEST', 'This is a WebSocket; ask for it with "Upgrade: websocket".');
  });
}
