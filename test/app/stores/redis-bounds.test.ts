import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { RedisConnection } from '../../../app/stores/redis/redis-connection.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';

/** A server that speaks as Redis does until it is asked for a key; then it answers one bulk of `length` bytes. */
async function answering(length: number) {
  const sent = { bytes: 0 };
  const chunk = Buffer.alloc(65_536, 'x');
  const flood = (socket: Socket): void => {
    while (!socket.destroyed && sent.bytes < length) {
      sent.bytes += chunk.length;
      if (!socket.write(chunk)) return void socket.once('drain', () => flood(socket));
    }
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const commands = data.toString().match(/^\*\d+\r$/gm) ?? [];
      if (!/\bget\b/i.test(data.toString())) return void socket.write('$0\r\n\r\n'.repeat(commands.length));
      socket.write(`$${length}\r\n`);
      flood(socket);
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  onTestFinished(() => void server.close());
  return { port, sent };
}

test('an answer without an end is cut, and said', async () => {
  const { port, sent } = await answering(512 * 1024 * 1024);
  const connection = new RedisConnection({ host: LOOPBACK, port }, 10_000);
  onTestFinished(() => connection.close());
  await expect(connection.run((client) => client.get('key'))).rejects.toThrow('more than 16777216 bytes');
  expect(sent.bytes).toBeLessThan(64 * 1024 * 1024);
});
