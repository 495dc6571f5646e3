import type { FastifyInstance } from 'fastify';
import type { Env } from '../../contract/backend-env.ts';
import type { Authenticate } from './authenticate.ts';
import type { Logger } from '../observability/logger.ts';
import type { Memory } from '../memory/types.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Readiness } from '../readiness/readiness.ts';
import type { SameSite } from './same-site.ts';
import { pageFolder, servePage } from './page.ts';
import { serveApi, serveHealth, serveOperations, serveReadiness } from './routes.ts';
import { createServer } from './server.ts';

export interface HttpParts {
  readonly env: Env;
  readonly log: Logger;
  readonly memory: Memory;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly authenticate: Authenticate;
  readonly sameSite: SameSite;
  /** Whether only the developer can connect. */
  readonly isPrivate: boolean;
  readonly draining: () => boolean;
  readonly requestMs: number;
}

/** The public port: chat, page, public API. */
export async function publicServer(parts: HttpParts): Promise<FastifyInstance> {
  const server = createServer(parts);
  serveHealth(server);
  serveApi(server, parts);
  await servePage(server, pageFolder());
  // One port is less to remember.
  if (parts.isPrivate) serveOperations(server, parts.env, parts.metrics);
  serveReadiness(server, parts.readiness, parts.isPrivate ? 'everything' : 'outcome');
  return server;
}

/** The operators' port, which is never behind the Ingress. */
export function operationsServer(parts: HttpParts): FastifyInstance {
  const server = createServer(parts);
  serveHealth(server);
  serveOperations(server, parts.env, parts.metrics);
  serveReadiness(server, parts.readiness, 'everything');
  return server;
}
