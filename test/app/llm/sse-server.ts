import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ModelServer {
  readonly baseUrl: string;
  readonly received: readonly Received[];
  stop(): Promise<void>;
}

/**
 * An HTTP server that keeps what it is sent and answers by `respond`. In messages that it is asked to read facts from it
 * finds none, and does not keep them, unless `respond` is for these too.
 */
export async function startModelServer(
  respond: (response: ServerResponse, received: Received) => void | Promise<void>,
  { readsFacts = false }: { readonly readsFacts?: boolean } = {},
): Promise<ModelServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void read(request).then(async (one) => {
      if (!readsFacts && one.body['response_format'] !== undefined) return noFacts(response);
      received.push(one);
      await respond(response, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    received,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return {
    path: request.url ?? '',
    authorization: request.headers.authorization,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}

export const delta = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;

const noFacts = (response: ServerResponse): void =>
  void response.end(`${delta('{"facts": []}')}${delta('', 'stop')}data: [DONE]\n\n`);
