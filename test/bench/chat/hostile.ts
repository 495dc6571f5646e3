import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { nodeOptions } from '../../../contract/services/backend.ts';
import { percentile, round } from '../operator/figures.ts';
import { startBenchedApp, type BenchedApp } from './app.ts';
import { openSockets } from './sockets.ts';

/** What one client did to the process and to the others. */
export interface Suffered {
  readonly seconds: number;
  /** Of another client's pings, meanwhile. */
  readonly othersP99Ms: number;
  readonly rssGrowthMb: number;
}

const patient = 'patient:hostile';
const pingEveryMs = 20;
const patienceMs = 60_000;
const longText = 16_000;

/** What any one client may cost the others, and the process. */
const most = { othersP99Ms: 100, rssGrowthMb: 64 };

/**
 * The attacks that ended the process of release 0.1, or held it for half a minute, on the heap of the dev preset.
 * @throws Error when one costs more than it may.
 */
export async function measureHostile(root: string, heapMb: number): Promise<Record<string, Suffered>> {
  const app = await startBenchedApp(root, { NODE_OPTIONS: nodeOptions(heapMb) });
  try {
    const [socket, other] = await openSockets(
      app.url,
      2,
      (nth) => `${nth === 0 ? patient : 'patient:other'}/session:1`,
    );
    if (socket === undefined || other === undefined) throw new Error('Two clients were not greeted.');
    // A few facts of the greatest length, and a context as large as it may be.
    for (let nth = 0; nth < 20; nth += 1) await answered(socket, `f${nth}`, fact(nth));
    const suffered = (act: () => Promise<void>): Promise<Suffered> => sufferedBy(app, other, act);
    const questions = Array.from({ length: 941 }, (_, nth) => `What is ${nth}?`).join(' ');
    return {
      pipelinedContexts60: await suffered(() => pipelined(app.url, 60)),
      questions941: await suffered(() => answered(socket, 'q', questions)),
      characters16000: await suffered(() =>
        answered(socket, 'c', 'what do you know about me so far '.repeat(500).slice(0, longText)),
      ),
    };
  } finally {
    await app.stop();
  }
}

const fact = (nth: number): string => `My number ${nth} is ${'very long '.repeat(1_600)}`.slice(0, longText);

async function sufferedBy(app: BenchedApp, other: WebSocket, act: () => Promise<void>): Promise<Suffered> {
  const before = await app.rssBytes();
  const begun = performance.now();
  const times: number[] = [];
  const over = new AbortController();
  const pinging = (async () => {
    while (!over.signal.aborted) {
      const sent = performance.now();
      other.send(JSON.stringify({ type: 'ping' }));
      await once(other, 'message');
      times.push(performance.now() - sent);
      await pause(pingEveryMs);
    }
  })();
  await act();
  const seconds = round((performance.now() - begun) / 1_000);
  over.abort();
  await pinging;
  const rssGrowthMb = round(((await app.rssBytes()) - before) / 1e6);
  const suffered = { seconds, othersP99Ms: percentile(times, 0.99), rssGrowthMb };
  if (suffered.othersP99Ms > most.othersP99Ms || rssGrowthMb > most.rssGrowthMb)
    throw new Error(
      `A client cost ${JSON.stringify(suffered)}; at most ${JSON.stringify(most)} are allowed.`,
    );
  return suffered;
}

async function answered(socket: WebSocket, id: string, text: string): Promise<void> {
  const end = Promise.withResolvers<undefined>();
  const heard = (data: Buffer): void => {
    const frame = JSON.parse(data.toString()) as { type: string; id?: string; message?: string };
    if (frame.id !== id) return;
    if (frame.type === 'done') end.resolve(undefined);
    if (frame.type === 'error') end.reject(new Error(frame.message));
  };
  socket.on('message', heard);
  const lost = (): void => end.reject(new Error('The connection was closed.'));
  socket.once('close', lost);
  socket.send(JSON.stringify({ type: 'message', id, text }));
  await end.promise.finally(() => socket.off('message', heard).off('close', lost));
}

/** Asks for the context again and again on one connection, without waiting, and reads all that comes. */
async function pipelined(url: string, count: number): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  const ask = `GET /api/patients/${encodeURIComponent(patient)}/context HTTP/1.1\r\nHost: ${host}\r\n`;
  socket.write(`${`${ask}\r\n`.repeat(count - 1)}${ask}Connection: close\r\n\r\n`);
  let answers = 0;
  socket.on(
    'data',
    (bytes: Buffer) => (answers += bytes.toString('latin1').split('HTTP/1.1 200').length - 1),
  );
  socket.setTimeout(patienceMs, () => socket.destroy(new Error('No answer came.')));
  await once(socket, 'close');
  // One at a time: what was pipelined behind it is cut.
  if (answers === 0) throw new Error('No context was answered.');
}
