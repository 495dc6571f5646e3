import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { knownPorts } from '../../contract/known-ports.ts';
import { chatProgramFacts } from '../../contract/programs.ts';
import { recognitionsOf } from '../../model/program.ts';
import { ask, type Answer } from '../../dial/ask.ts';
import type { Target } from '../../dial/target.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { http, resp, speaking, type Speaker } from './servers.ts';

const target = (rest: Partial<Target>): Target => ({
  ...{ service: 'thing', product: 'thing', dial: { protocol: 'tcp' } },
  products: recognitionsOf(chatProgramFacts),
  ...{ host: LOOPBACK, port: 1, tls: false, variables: {}, usualPort: rest.port ?? 1 },
  ...rest,
});

const asked = (rest: Partial<Target>): Promise<Answer> => ask(target(rest), { timeoutMs: 1_200, knownPorts });

async function portOf(speaker: Speaker, options: { tls?: boolean } = {}): Promise<number> {
  const server = await speaking(speaker, options);
  onTestFinished(() => server.stop());
  return server.port;
}

describe('a program that is not known', () => {
  test('is right when something accepts connections, and what answers is named', async () => {
    const port = await portOf(resp('+PONG\r\n'));
    expect(await asked({ port })).toEqual({
      ...{ service: 'thing', host: LOOPBACK, port, ok: true },
      says: `thing at ${LOOPBACK}:${port} accepts connections: a Redis answers there.`,
    });
  });

  test('is right when it says nothing that is known', async () => {
    const port = await portOf((socket) => socket.destroy());
    expect(await asked({ port })).toMatchObject({
      ok: true,
      says: `thing at ${LOOPBACK}:${port} accepts connections.`,
    });
  });

  test('is right inside TLS', async () => {
    const port = await portOf(resp('+PONG\r\n'), { tls: true });
    expect(await asked({ port, tls: true })).toMatchObject({ ok: true });
  });

  test('is wrong when nothing listens, without a variable to blame where none says it', async () => {
    const port = await freePort();
    expect(await asked({ port })).toMatchObject({
      ok: false,
      says: `${LOOPBACK}:${port} refuses the connection. Is thing running there?`,
    });
  });
});

describe('a program that speaks HTTP', () => {
  /** A server that wants a key in the header `x-key` at `/ping`, and has nothing else. */
  async function keyed(): Promise<number> {
    const statusOf = ({ url, headers }: IncomingMessage): number =>
      url !== '/ping' ? 404 : headers['x-key'] === 'a-secret' ? 200 : 401;
    const server = createServer((request, response) => response.writeHead(statusOf(request)).end());
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return port;
  }
  const dial = { protocol: 'http', path: '/ping', secretHeader: 'x-key' } as const;

  test('is asked at its own path, with its key in its own header', async () => {
    const port = await keyed();
    expect(await asked({ port, dial, secret: 'a-secret' })).toMatchObject({
      ok: true,
      says: `thing answers at ${LOOPBACK}:${port} and takes the credentials.`,
    });
    expect(await asked({ port, dial, secret: 'another', variables: { secret: 'KEY' } })).toMatchObject({
      ok: false,
      says: `thing at ${LOOPBACK}:${port} refuses the password or key it was sent. Check KEY.`,
    });
  });

  test('is wrong when it has no such path', async () => {
    const port = await keyed();
    expect(await asked({ port, dial: { protocol: 'http', path: '/other' } })).toMatchObject({
      ok: false,
      says: `${LOOPBACK}:${port} answers as thing does, but: GET /other was answered 404 Not Found.`,
    });
  });

  test('is not said to take credentials when it is sent none', async () => {
    const port = await portOf(http('<html></html>'));
    expect(await asked({ port, dial: { protocol: 'http', path: '/' } })).toMatchObject({
      ok: true,
      says: `thing answers at ${LOOPBACK}:${port}.`,
    });
  });
});
