import { setTimeout as pause } from 'node:timers/promises';
import { round } from '../operator/figures.ts';
import { startBenchedApp } from './app.ts';
import { openSockets } from './sockets.ts';

export interface Idle {
  readonly idleRssMb: number;
  readonly rssPerConnectionKb: number;
}

/** How long it is left alone before its memory is looked at. */
const settleMs = 5_000;

/** The memory of an app that nobody talks to: alone, and with connections. The clients are this process. */
export async function measureIdle(root: string, connections: number): Promise<Idle> {
  const app = await startBenchedApp(root, {});
  try {
    await pause(settleMs);
    const alone = await app.rssBytes();
    const sockets = await openSockets(app.url, connections, (nth) => `patient:${nth}/session:idle`);
    await pause(settleMs);
    const taken = (await app.rssBytes()) - alone;
    for (const socket of sockets) socket.terminate();
    return { idleRssMb: round(alone / 1e6), rssPerConnectionKb: round(taken / 1_024 / connections) };
  } finally {
    await app.stop();
  }
}
