import { once } from 'node:events';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Memory, Opening } from '../../../app/memory/types.ts';
import { Metrics } from '../../../app/observability/metrics.ts';
import { Slots } from '../../../app/slots.ts';
import type { Delta } from '../../../app/stores/replicas.ts';
import { IdReusedError, type SessionEvent } from '../../../app/stores/types.ts';
import { ChatConnection, type Surroundings } from '../../../app/ws/connection.ts';
import { Follower } from '../../../app/ws/follower.ts';
import type { ServerFrame, Turn } from '../../../contract/protocol.ts';
import { LOOPBACK } from '../../servers/ports.ts';

const scope = { patientId: 'patient:demo', sessionId: 'session:1' };
const recordedAt = '2026-01-01T00:00:00.000Z';

/** A connection that begins so, while these pieces are kept, and what its client is sent. No message is stored. */
async function begin(opening: Opening, said: readonly Delta[] = []) {
  const listening = new WebSocketServer({ host: LOOPBACK, port: 0 });
  await once(listening, 'listening');
  const { port } = listening.address() as { readonly port: number };
  const client = new WebSocket(`ws://${LOOPBACK}:${port}`);
  onTestFinished(() => {
    client.terminate();
    listening.close();
  });
  const frames: ServerFrame[] = [];
  const [accepted] = (await once(listening, 'connection')) as [WebSocket];
  const around = {
    memory: { mode: 'llm', accept: () => Promise.reject(new IdReusedError()) } as unknown as Memory,
    answers: { said: () => Promise.resolve(said) } as unknown as Surroundings['answers'],
    metrics: new Metrics(() => [], new Slots({ inAll: 1, perKey: 1, waitingPerKey: 1 })),
    log: pino({ enabled: false }),
    times: { heartbeatMs: 60_000, idleMs: 60_000 },
    rate: { perSecond: 10_000, burst: 10_000 },
    rates: { take: () => Promise.resolve(undefined) },
  } as unknown as Surroundings;
  const follower = new Follower(() => Promise.resolve([]));
  new ChatConnection(accepted, { scope, follower, opening }, around);
  client.on('message', (text: Buffer) => frames.push(JSON.parse(text.toString()) as ServerFrame));
  if (client.readyState !== client.OPEN) await once(client, 'open');
  /** All that it was sent until it is answered. */
  const told = async (): Promise<readonly ServerFrame[]> => {
    client.send('{"type":"ping"}');
    while (frames.at(-1)?.type !== 'pong') await once(client, 'message');
    return frames;
  };
  return { client, follower, frames, told };
}

const failed: SessionEvent = {
  epoch: 'e',
  kind: 'failed',
  turn: { id: 'a1', offset: 2, speaker: 'assistant', text: '', recordedAt, replyTo: 'm1' },
  facts: [],
};

test('a client that missed the failure of an answer is not shown what was said of it, which nothing would end', async () => {
  const pieces = ['m1', 'm2'].map((id) => ({ id, attempt: 1, at: 0, text: 'Half ' }));
  const { told } = await begin({ position: { epoch: 'e', offset: 1 }, missed: [failed] }, pieces);
  const frames = await told();
  expect(frames.map((frame) => [frame.type, 'id' in frame ? frame.id : undefined])).toEqual([
    ['welcome', undefined],
    ['error', 'm1'],
    ['delta', 'm2'],
    ['pong', undefined],
  ]);
});

test('a client that is shown the newest turns is not told pieces of answers to older messages, which nothing would end', async () => {
  const turn = (id: string, offset: number, replyTo?: string): Turn => ({
    ...{ id, offset, text: 'Words.', recordedAt },
    ...(replyTo === undefined ? { speaker: 'patient' } : { speaker: 'assistant', replyTo }),
  });
  const history = [turn('m8', 15), turn('a8', 16, 'm8'), turn('m9', 17)];
  const pieces = ['m7', 'm8', 'm9'].map((id) => ({ id, attempt: 1, at: 0, text: 'Half ' }));
  const { told } = await begin({ position: { epoch: 'e', offset: 17 }, missed: [], history }, pieces);
  const frames = await told();
  expect(frames.flatMap((frame) => (frame.type === 'delta' ? frame.id : []))).toEqual(['m9']);
});

test('a connection keeps so many of the messages that were refused, and no more', async () => {
  const { client, follower, frames, told } = await begin({ position: { epoch: 'e', offset: 0 }, missed: [] });
  const sent = Array.from({ length: 1_001 }, (_, nth) => `m${nth}`);
  for (const id of sent) client.send(JSON.stringify({ type: 'message', id, text: 'Words.' }));
  await vi.waitFor(() => expect(frames.filter(({ type }) => type === 'error')).toHaveLength(1_001), 20_000);
  // Another connection stores them.
  for (const [nth, id] of ['m0', 'm1000'].entries()) {
    const answer = {
      id: `a${nth}`,
      offset: nth + 1,
      speaker: 'assistant',
      text: 'Yes.',
      recordedAt,
    } as const;
    follower.offer({ epoch: 'e', kind: 'answer', turn: { ...answer, replyTo: id }, facts: [] });
  }
  expect((await told()).slice(-3).map(({ type }) => type)).toEqual(['answer', 'done', 'pong']);
});
