import { readinessQuery, reportVersion, type ConfigReport } from '../../model/report.ts';
import type { FastifyInstance } from 'fastify';
import { backendDigest, backendValues, backendSecretsSet, type Env } from '../../contract/backend-env.ts';
import { retryAfterSeconds, type PatientContext, type Readyz, type Status } from '../../contract/http.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import type { Authenticate } from './authenticate.ts';
import type { Memory } from '../memory/types.ts';
import type { Metrics } from '../observability/metrics.ts';
import { Slots, SlotsTakenError } from '../slots.ts';
import { fittingContext } from './fitting-context.ts';
import { idOf } from './path-ids.ts';
import { ProblemError } from './problem.ts';
import type { Readiness } from '../readiness/readiness.ts';

/** Liveness: always 200. A restart would not bring a dependency back. */
export function serveHealth(server: FastifyInstance): void {
  server.get(httpPaths.healthz, () => ({ alive: true }));
}

/**
 * Readiness; `shown` is how much of the reason this port may expose. Where that is everything, a question for the next
 * revision is held.
 */
export function serveReadiness(
  server: FastifyInstance,
  readiness: Readiness,
  shown: 'everything' | 'outcome',
): void {
  server.get(httpPaths.readyz, async (request, reply): Promise<Readyz | Pick<Readyz, 'ready' | 'reason'>> => {
    const { after, wait } = readinessQuery.parse(request.query);
    if (shown === 'everything') await readiness.differs(after, Math.round(wait * 1_000), request.signal);
    const detailed = readiness.detailed();
    if (!detailed.ready) reply.code(503).header('retry-after', retryAfterSeconds);
    const { ready, reason } = detailed;
    return shown === 'everything' ? detailed : { ready, reason };
  });
}

/** The operators' routes: metrics, and the configuration the process runs with. */
export function serveOperations(server: FastifyInstance, env: Env, metrics: Metrics): void {
  server.get(httpPaths.metrics, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  server.get(httpPaths.config, (): ConfigReport => ({
    version: reportVersion,
    digest: backendDigest(env),
    values: backendValues(env),
    secretsSet: backendSecretsSet(env),
  }));
}

/** A context is read whole, facts of megabytes among them, before it is cut to what is answered. */
const contextSlots = { inAll: 4, perKey: 2, waitingPerKey: 50 };

/** The API of the page. */
export function serveApi(
  server: FastifyInstance,
  { readiness, memory, authenticate }: { readiness: Readiness; memory: Memory; authenticate: Authenticate },
): void {
  const contexts = new Slots(contextSlots);
  server.get(httpPaths.status, (): Status => readiness.status());
  // A browser asks whether a page of another site may send its token; the headers of every answer say so.
  for (const path of [httpPaths.status, httpPaths.context])
    server.options(path, (_request, reply) => reply.code(204).send());
  server.get<{ Params: { patient: string } }>(httpPaths.context, async (request): Promise<PatientContext> => {
    const patient = idOf('patient', request.params.patient);
    await authenticate(request.headers, patient);
    return contexts
      .run(patient, async () => fittingContext(await memory.context(patient)))
      .catch((cause: unknown) => {
        const why =
          cause instanceof SlotsTakenError
            ? 'Too many ask for this at once.'
            : 'The memory is unavailable now.';
        throw new ProblemError('NOT_READY', why, { retryAfterSeconds, cause });
      });
  });
  server.get(httpPaths.chat, () => {
    throw new ProblemError('BAD_REQUEST', 'This is a WebSocket; ask for it with "Upgrade: websocket".');
  });
}
