import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

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

/** Lets each client, a patient of its own, send a message as soon as the one before is answered. */
export async function talk(
  url: string,
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): Promise<Talked> {
  const acks: number[] = [];
  let turns = 0;
  const sockets = await Promise.all(
    Array.from({ length: clients }, async () => {
      const socket = new WebSocket(`${url}/ws/chat/patient:${randomUUID()}/session:bench`);
      await once(socket, 'message');
      return socket;
    }),
  );
  const start = performance.now();
  for (const [nth, socket] of sockets.entries()) {
    let sent = 0;
    let count = 0;
    const say = (): void => {
      sent = performance.now();
      count += 1;
      const text = `My cat number ${count} of ${nth} is called Milo.`;
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
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const took = (performance.now() - start) / 1_000;
  const counted = turns;
  for (const socket of sockets) socket.terminate();
  acks.sort((left, right) => left - right);
  const at = (part: number): number => Math.round((acks[Math.floor(acks.length * part)] ?? NaN) * 10) / 10;
  return { turnsPerSecond: Math.round(counted / took), ackP50Ms: at(0.5), ackP99Ms: at(0.99) };
}
