import { expect, onTestFinished, test } from 'vitest';
import { chatProgramFacts } from '../../contract/programs.ts';
import type { Finding } from '../../dial/finding.ts';
import { identify } from '../../dial/identify.ts';
import { recognitionsOf } from '../../model/program.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { bolt, http, http2, resp, speaking, type Speaker } from './servers.ts';

/** What is to be found is found at once; the limit is for a machine that is busy with something else. */
const timeoutMs = 20_000;
const products = recognitionsOf(chatProgramFacts);
/** For a port that never says what it is: as long as is waited for it. */
const shortMs = 1_200;

async function found(
  speaker: Speaker,
  { tls = false, limitMs = timeoutMs }: { tls?: boolean; limitMs?: number } = {},
): Promise<Finding> {
  const server = await speaking(speaker, { tls });
  onTestFinished(() => server.stop());
  return identify(LOOPBACK, server.port, { timeoutMs: limitMs, products });
}

test('a port nobody listens on refuses', async () => {
  expect(await identify(LOOPBACK, await freePort(), { timeoutMs, products })).toEqual({ what: 'refused' });
});

test('a host no name server knows is unknown', async () => {
  expect(await identify('no-such-host.invalid', 1, { timeoutMs, products })).toEqual({
    what: 'unknown-host',
  });
});

test.each([
  [
    'a Redis with the graph module',
    resp('+PONG\r\n', '*1\r\n*4\r\n$4\r\nname\r\n$5\r\ngraph\r\n'),
    'FalkorDB',
  ],
  ['a Sentinel', resp('+PONG\r\n', '$50\r\nredis_mode:sentinel\r\n'), 'Redis Sentinel'],
  ['a Bolt port', bolt, 'Neo4j'],
  ["Neo4j's JSON root", http('{"bolt_direct":"bolt://x","neo4j_version":"5.26"}'), "Neo4j's HTTP browser"],
  ["Qdrant's JSON root", http('{"title":"qdrant - vector search engine","version":"1.18.1"}'), 'Qdrant'],
  ['a Qdrant with a key', http('Must provide an API key', '401 Unauthorized'), 'Qdrant'],
  ['HTTP/2 with prior knowledge', http2, "Qdrant's gRPC"],
  ['any other web server', http('<html></html>'), 'HTTP server'],
])('%s is known by its answer', async (_what, speaker, product) => {
  expect(await found(speaker)).toMatchObject({ what: 'product', product, tls: false });
});

test('a Redis behind TLS is seen through it', async () => {
  expect(await found(resp('+PONG\r\n'), { tls: true })).toEqual({
    what: 'product',
    product: 'Redis',
    tls: true,
  });
});

test('who accepts and says nothing is silent, within the time given', async () => {
  const began = performance.now();
  expect(await found(() => undefined, { limitMs: shortMs })).toEqual({ what: 'silent' });
  expect(performance.now() - began).toBeLessThan(shortMs * 1.5);
});

test('who closes at every greeting is unknown', async () => {
  expect(await found((socket) => socket.destroy())).toEqual({ what: 'unknown', tls: false });
});

test('who never stops talking is not listened to for ever', async () => {
  const flood = Buffer.alloc(65_536, 'x');
  const began = performance.now();
  expect((await found((socket) => socket.write(flood), { limitMs: shortMs })).what).toBe('unknown');
  expect(performance.now() - began).toBeLessThan(shortMs * 1.5);
});

test.each([
  ['resp', resp('+PONG\r\n'), 'RESP server'],
  ['bolt', bolt, 'Bolt server'],
  ['http', http('{"title":"qdrant - vector search engine"}'), 'HTTP server'],
  ['http2', http2, 'HTTP/2 server'],
])('a server of %s is called after its protocol where no product is known', async (_, speaker, product) => {
  const server = await speaking(speaker);
  onTestFinished(() => server.stop());
  expect(await identify(LOOPBACK, server.port, { timeoutMs, products: [] })).toMatchObject({ product });
});

test('a program of another kind adds its products as data', async () => {
  const own = [{ protocol: 'http', product: 'Shop', answer: /"shop":/ }] as const;
  const server = await speaking(http('{"shop":"open"}'));
  onTestFinished(() => server.stop());
  expect(await identify(LOOPBACK, server.port, { timeoutMs, products: own })).toMatchObject({
    product: 'Shop',
  });
});
