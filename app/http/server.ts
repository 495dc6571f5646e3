import { createServer as createHttpServer, type ServerOptions } from 'node:http';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { limits } from '../../contract/protocol.ts';
import type { Logger } from '../observability/logger.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { httpStatus, internalProblem, problemBody, ProblemError } from './problem.ts';
import type { SameSite } from './same-site.ts';
import { securityHeaders, sharedWith } from './security-headers.ts';

/** A client that has read nothing of its answer for one to two times so long is cut. */
const silenceTimeoutMs = 15_000;
/** How long a connection is kept for a further request. */
const keepAliveMs = 72_000;
/** No route takes a body. */
const bodyBytes = 16_384;
/** One character of an id is up to four bytes of UTF-8, each written as `%XX`. */
const encodedNameLength = limits.nameLength * 4 * 3;

export interface ServerRules {
  readonly log: Logger;
  readonly sameSite: SameSite;
  /** Whether connections must not be kept alive, so that the next request reaches another instance. */
  readonly draining: () => boolean;
  /** Milliseconds for receiving a whole request, which is only a path and headers. */
  readonly requestMs: number;
}

/** Milliseconds between two looks for requests that took too long. */
const lookEveryMs = 1_000;

const httpOptions = ({ requestMs }: ServerRules): ServerOptions => ({
  requestTimeout: requestMs,
  headersTimeout: requestMs,
  connectionsCheckingInterval: lookEveryMs,
  keepAliveTimeout: keepAliveMs,
  // `curl --http2` requests an upgrade too; only a WebSocket's is accepted.
  shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
});

/** A Fastify with what every route needs: limits, security headers, errors by the one table. */
export function createServer(rules: ServerRules): FastifyInstance {
  const { log, sameSite, draining } = rules;
  const server = fastify({
    logger: false,
    bodyLimit: bodyBytes,
    routerOptions: { maxParamLength: encodedNameLength },
    serverFactory: (handle) =>
      createHttpServer(httpOptions(rules), oneAtATime(handle)).setTimeout(silenceTimeoutMs),
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const problem = problemOf(error, log);
      void reply.code(httpStatus(problem)).headers(securityHeaders).send(problemBody(problem));
    },
  });
  server.addHook('onRequest', async (request) => sameSite.check(request.headers));
  server.addHook('onSend', async ({ headers }, reply) => {
    if (draining()) reply.header('connection', 'close');
    if (sameSite.isAllowed(headers)) reply.headers(sharedWith(headers));
    for (const [name, value] of Object.entries(securityHeaders))
      if (!reply.hasHeader(name)) reply.header(name, value);
  });
  server.setNotFoundHandler((request) => {
    throw new ProblemError(
      'NOT_FOUND',
      `There is no ${request.method} ${pathOf(request.url)} here. The chat page of a patient is at /chat/<patient>.`,
    );
  });
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const problem = problemOf(error, log);
    const { retryAfterSeconds } = problem.details;
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
    return reply.code(httpStatus(problem)).send(problemBody(problem));
  });
  return server;
}

/** Time limit for requests in progress when the server closes. */
const closeGraceMs = 2_000;

/** Stops listening; requests in progress are answered within two seconds or cut. */
export async function closeServer(server: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), closeGraceMs);
  await server.close();
  clearTimeout(cut);
}

/** Without the query, which may hold secrets. */
function pathOf(url: string): string {
  return (url.split('?')[0] ?? '').slice(0, 200);
}

function problemOf(error: FastifyError, log: Logger): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new ProblemError('BAD_REQUEST', error.message);
  log.error({ err: error }, 'A request failed');
  return internalProblem();
}
