import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ChatSocket } from '../../../app/ws/socket.ts';
import { fittingHistory } from '../../../app/memory/opening.ts';
import { limits, type Turn } from '../../../contract/protocol.ts';
import { LOOPBACK } from '../../servers/ports.ts';

/** Both ends of one real WebSocket. */
async function pair(): Promise<{ server: ChatSocket; client: WebSocket }> {
  const listening = new WebSocketServer({ host: LOOPBACK, port: 0 });
  await once(listening, 'listening');
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  const client = new WebSocket(`ws://${LOOPBACK}:${address.port}`);
  const [accepted] = (await once(listening, 'connection')) as [WebSocket];
  if (client.readyState !== client.OPEN) await once(client, 'open');
  onTestFinished(() => {
    client.terminate();
    listening.close();
  });
  return { server: new ChatSocket(accepted, { heartbeatMs: 60_000, idleMs: 60_000 }), client };
}

test('a peer that does not read is closed with 4008 instead of being remembered for', async () => {
  const { server, client } = await pair();
  client.pause();
  let sent = 0;
  while (server.isOpen && sent < 1_000) {
    server.send({ type: 'delta', id: '1', attempt: 1, at: 0, text: 'x'.repeat(65_536) });
    sent += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(server.isOpen).toBe(false);
  client.resume();
  const [code] = (await once(client, 'close')) as [number];
  expect(code).toBe(4008);
});

test('a token that expired closes with 4401, one that lives for years does not', async () => {
  const { server, client } = await pair();
  // A timer takes no more than 25 days at once; a longer one fires at once, in Node and here.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const year = 365 * 86_400_000;
  server.closeAtExpiry((Date.now() + 10 * year) / 1_000);
  vi.advanceTimersByTime(10 * year - 1_000);
  expect(server.isOpen).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(server.isOpen).toBe(false);
  const [code] = (await once(client, 'close')) as [number];
  expect(code).toBe(4401);
});

test('a history that a slow reader could not take is cut at its oldest turns', () => {
  const turns = Array.from({ length: 60 }, (_, index): Turn => ({
    id: String(index),
    offset: index + 1,
    speaker: 'patient',
    text: 'ü'.repeat(16_000),
    recordedAt: '2026-01-01T00:00:00.000Z',
  }));
  const fitting = fittingHistory(turns);
  expect(fitting.at(-1)?.id).toBe('59');
  expect(fitting.length).toBeGreaterThan(10);
  expect(Buffer.byteLength(JSON.stringify(fitting))).toBeLessThan(limits.bufferedBytes / 2 + 100);
  expect(fittingHistory(turns.slice(0, 3))).toHaveLength(3);
});
