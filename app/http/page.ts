import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { httpPaths } from '../../contract/services/backend.ts';
import { idOf } from './path-ids.ts';
import { openerPolicy, pagePolicy } from './security-headers.ts';

const document = 'index.html';

/** Serves the built page at its path and its files under `/assets/`. */
export async function servePage(server: FastifyInstance, folder: string): Promise<void> {
  await server.register(fastifyStatic, { root: folder, serve: false, suppressWarning: true });
  server.get<{ Params: { patient: string } }>(httpPaths.page, (request, reply) => {
    idOf('patient', request.params.patient);
    if (!existsSync(join(folder, document)))
      return reply
        .code(503)
        .type('text/plain; charset=utf-8')
        .send(
          `The chat page is not built: ${folder} has no ${document}. \`npm start\` builds it; the chat itself works without.\n`,
        );
    // The name of the document never changes, so a browser must revalidate it.
    reply
      .headers(openerPolicy(request.headers))
      .header('cache-control', 'no-cache')
      .header('content-security-policy', pagePolicy(request.headers));
    return reply.sendFile(document, { cacheControl: false });
  });
  server.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => {
    // The build names each file by a hash of its content.
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    return reply.sendFile(join('assets', request.params['*']), { cacheControl: false });
  });
}

/** Where the built page is: `web` beside the image's bundle, else `build/web` of the clone. */
export function pageFolder(): string {
  const beside = join(import.meta.dirname, 'web');
  if (existsSync(beside)) return beside;
  let folder = import.meta.dirname;
  while (folder !== dirname(folder)) {
    const built = join(folder, 'build', 'web');
    if (existsSync(built) || existsSync(join(folder, 'package.json'))) return built;
    folder = dirname(folder);
  }
  return beside;
}
