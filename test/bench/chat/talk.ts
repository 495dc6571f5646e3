import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../operator/figures.ts';
import { openSockets } from './sockets.ts';

export interface Load {
  readonly clients: number;
  readonly seconds: number;
}

export interface Talked {
  /** Turns from message to stored answer. */
  readonly turnsPerSecond: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
}

interface Frame {
  readonly type: string;
  readonly message?: string;
}

/** What a patient says: facts, questions about them, and what is neither. */
const says: readonly ((count: number) => string)[] = [
  () => 'Good morning.',
  (count) => `I slept ${4 + (count % 5)} hours and walked ${count} minutes.`,
  () => 'How long did I sleep?',
  (count) => `I took ${10 + (count % 9)} units of insulin before breakfast.`,
  (count) => `My cat number ${count} is called Milo.`,
  () => 'What is the name of my cat?',
  (count) => `My sister called from Lisbon ${count} minutes ago.`,
  () => 'Thank you, that helps.',
];

/** Lets each client, a patient of its own, send a message as soon as the one before is answered. */
export async function talk(url: string, { clients, seconds }: Load): Promise<Talked> {
  const acks: number[] = [];
  let turns = 0;
  const sockets = await openSockets(url, clients, () => `patient:${randomUUID()}/session:bench`);
  const start = performance.now();
  for (const [nth, socket] of sockets.entries()) {
    let sent = 0;
    let count = 0;
    const say = (): void => {
      sent = performance.now();
      count += 1;
      const text = says[(nth + count) % says.length]?.(count);
      socket.send(JSON.stringify({ type: 'message', id: `m${count}`, text }));
    };
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame;
      if (frame.type === 'ack') acks.push(performance.now() - sent);
      if (frame.type === 'error') throw new Error(frame.message);
      if (frame.type !== 'done') return;
      turns += 1;
      say();
    });
    say();
  }
  await pause(seconds * 1_000);
  const took = (performance.now() - start) / 1_000;
  const turnsPerSecond = Math.round(turns / took);
  for (const socket of sockets) socket.terminate();
  return { turnsPerSecond, ackP50Ms: percentile(acks, 0.5), ackP99Ms: percentile(acks, 0.99) };
}

/** Echoes of a validated frame a second: each client sends a `ping` as soon as the one before is answered by a `pong`. */
export async function echo(url: string, { clients, seconds }: Load): Promise<number> {
  const sockets = await openSockets(url, clients, (nth) => `patient:${nth}/session:echo`);
  const ping = JSON.stringify({ type: 'ping' });
  let echoes = 0;
  const start = performance.now();
  for (const socket of sockets) {
    socket.on('message', () => {
      echoes += 1;
      socket.send(ping);
    });
    socket.send(ping);
  }
  await pause(seconds * 1_000);
  const perSecond = echoes / ((performance.now() - start) / 1_000);
  for (const socket of sockets) socket.terminate();
  return perSecond;
}
