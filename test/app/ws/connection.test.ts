import { once } from 'node:events';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Memory } from '../../../app/memory/types.ts';
import { Metrics } from '../../../app/observability/metrics.ts';
import { Slots } from '../../../app/slots.ts';
import type { Delta } from '../../../app/stores/replicas.ts';
import type { SessionEvent } from '../../../app/stores/types.ts';
import { ChatConnection, type Surroundings } from '../../../app/ws/connection.ts';
import { Follower } from '../../../app/ws/follower.ts';
import type { ServerFrame } from '../../../contract/protocol.ts';
import { LOOPBACK } from '../../servers/ports.ts';

const scope = { patientId: 'patient:demo', sessionId: 'session:1' };
const recordedAt = '2026-01-01T00:00:00.000Z';

/** A connection that missed these events, and the frames its client gets. */
async function resumed(missed: readonly SessionEvent[], said: readonly Delta[]): Promise<ServerFrame[]> {
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
    memory: { mode: 'llm' } as Memory,
    answers: { said: () => Promise.resolve(said) } as unknown as Surroundings['answers'],
    metrics: new Metrics(() => [], new Slots({ inAll: 1, perKey: 1, waitingPerKey: 1 })),
    log: pino({ enabled: false }),
    times: { heartbeatMs: 60_000, idleMs: 60_000 },
    rate: { perSecond: 10, burst: 10 },
  } as Surroundings;
  const follower = new Follower(() => Promise.resolve([]));
  new ChatConnection(
    accepted,
    { scope, follower, opening: { position: { epoch: 'e', offset: 1 }, missed } },
    around,
  );
  client.on('message', (text: Buffer) => frames.push(JSON.parse(text.toString()) as ServerFrame));
  if (client.readyState !== client.OPEN) await once(client, 'open');
  client.send('{"type":"ping"}');
  while (frames.at(-1)?.type !== 'pong') await once(client, 'message');
  return frames;
}

const failed: SessionEvent = {
  epoch: 'e',
  kind: 'failed',
  turn: { id: 'a1', offset: 2, speaker: 'assistant', text: '', recordedAt, replyTo: 'm1' },
  facts: [],
};

test('a client that missed the failure of an answer is not shown what was said of it, which nothing would end', async () => {
  const pieces = ['m1', 'm2'].map((id) => ({ id, attempt: 1, at: 0, text: 'Half ' }));
  const frames = await resumed([failed], pieces);
  expect(frames.map((frame) => [frame.type, 'id' in frame ? frame.id : undefined])).toEqual([
    ['welcome', undefined],
    ['error', 'm1'],
    ['delta', 'm2'],
    ['pong', undefined],
  ]);
});
