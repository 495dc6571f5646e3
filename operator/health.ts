import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

export interface Health {
  /** Why the process should be restarted; undefined where it should not. */
  readonly dead: () => string | undefined;
  /** Why it cannot work now, such as a permission that is missing; undefined where it can. */
  readonly unready: () => string | undefined;
  readonly registry: Registry;
}

/** Serves /healthz, /readyz and /metrics on a port, until the signal is aborted. Rejects where the port is taken. */
export async function serveHealth(health: Health, port: number, signal: AbortSignal): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(health, request.url, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

async function answer(health: Health, path: string | undefined, response: ServerResponse): Promise<void> {
  const problem = path === '/healthz' ? health.dead() : path === '/readyz' ? health.unready() : undefined;
  if (path === '/metrics') {
    response.setHeader('content-type', health.registry.contentType);
    response.end(await health.registry.metrics());
    return;
  }
  response.statusCode = path === '/healthz' || path === '/readyz' ? (problem === undefined ? 200 : 503) : 404;
  response.end(`${problem ?? (response.statusCode === 200 ? 'ok' : 'There is nothing here.')}\n`);
}
