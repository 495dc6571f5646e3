import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { once } from 'node:events';
import { readServerFrame } from '../../../client/frames.generated.ts';
import { until } from '../../servers/poll.ts';
import { percentile } from '../operator/figures.ts';
import { startBenchedApp, type BenchedApp } from './app.ts';
import { startRealStores } from './stores.ts';
import { StormClient } from './storm-client.ts';
import { talk } from './talk.ts';

/** What became of the clients of a process that was replaced. */
export interface Storm {
  readonly clients: number;
  /** Those that were greeted by the new process. */
  readonly back: number;
  /** Acknowledged messages that the record lacks, and messages without an answer. */
  readonly lost: number;
  /** Messages and answers that a client shows, or the record has, more than once. */
  readonly repeated: number;
  /** Until the last one was back. */
  readonly allBackMs: number;
  /** From close to greeting. */
  readonly gapP99Ms: number;
}

export interface StormSize {
  readonly clients: number;
  /** The old process sends them away over so many seconds; meanwhile they go on talking. */
  readonly drainSeconds: number;
  /** Others talk for so long before: a database is no day old when a backend is deployed, and its runtime compiles. */
  readonly warmUpSeconds: number;
  /** One search index for both processes, as in a cluster; else each has one of its own, which it fills anew. */
  readonly sharesIndex: boolean;
}

/** The storm of the benchmark. */
export const wholeStorm: StormSize = {
  clients: 5_000,
  drainSeconds: 5,
  warmUpSeconds: 45,
  sharesIndex: true,
};

export interface Stormed {
  readonly storm: Storm;
  readonly kill: { readonly back: number; readonly backMs: number };
}

/** Of so many clients one speaks during the drain. */
const oneSpeaksOf = 5;
/** Clients that connect, or speak, at once before the storm, and that are looked at after it. */
const atOnce = 100;
const patienceMs = 60_000;

/**
 * Replaces the process that all clients are connected to, twice: by a deployment, whose new process is ready before the
 * old one is told to end, and by a crash (SIGKILL), after which another is started. Real stores; half of the clients resume
 * where they were, the other half, as pages that are loaded anew, are shown the history.
 */
export async function measureStorm(
  root: string,
  { clients: count, drainSeconds, warmUpSeconds, sharesIndex }: StormSize,
): Promise<Stormed> {
  const stores = await startRealStores({ sharesIndex });
  const env = { ...stores.env, SHUTDOWN_CLOSE_SPREAD: String(drainSeconds) };
  const apps: BenchedApp[] = [];
  const clients: StormClient[] = [];
  const start = async (): Promise<BenchedApp> => {
    const app = await startBenchedApp(root, env);
    apps.push(app);
    return app;
  };
  try {
    const first = await start();
    let serving = first;
    if (warmUpSeconds > 0) await talk(first.url, { clients: atOnce, seconds: warmUpSeconds });
    for (let nth = 0; nth < count; nth += 1)
      clients.push(
        new StormClient(() => serving.url, `/ws/chat/patient%3A${nth}/session%3Astorm`, nth % 2 === 0),
      );
    await inGroups(
      clients,
      (client) => client.start(),
      (client) => client.isConnected,
    );
    await inGroups(
      clients,
      (client) => client.say('Good morning.'),
      (client) => client.isAnswered,
    );

    const second = await start();
    serving = second;
    const storm = await replaced(clients, async () => {
      const left = first.leave();
      const speaking = clients.filter((_, nth) => nth % oneSpeaksOf === 0);
      await Promise.all(speaking.map((client) => speakWithin(client, drainSeconds)));
      await left;
    });
    const kept = await look(clients, second.url);

    const crash = await replaced(clients, async () => {
      await second.kill();
      serving = await start();
    });
    const { lost, repeated } = await look(clients, serving.url);
    if (lost + repeated > 0)
      throw new Error(`After SIGKILL ${lost} messages or answers are gone, ${repeated} are there twice.`);
    return {
      storm: { clients: count, ...storm, ...kept },
      kill: { back: crash.back, backMs: crash.allBackMs },
    };
  } finally {
    for (const client of clients) client.stop();
    await Promise.all(apps.map((app) => app.stop()));
    await stores.stop();
  }
}

async function inGroups(
  clients: readonly StormClient[],
  act: (client: StormClient) => void,
  isDone: (client: StormClient) => boolean,
): Promise<void> {
  for (let at = 0; at < clients.length; at += atOnce) {
    const group = clients.slice(at, at + atOnce);
    for (const client of group) act(client);
    await until('the clients before the storm', async () => group.every(isDone), patienceMs);
  }
}

async function speakWithin(client: StormClient, seconds: number): Promise<void> {
  await pause(Math.random() * seconds * 1_000);
  client.say('Thank you, that helps.');
}

/** Waits until the clients have left one process and are greeted and answered by another. */
async function replaced(
  clients: readonly StormClient[],
  replace: () => Promise<void>,
): Promise<Pick<Storm, 'back' | 'allBackMs' | 'gapP99Ms'>> {
  const before = new Map(clients.map((client) => [client, client.greetings]));
  const isBack = (client: StormClient): boolean =>
    client.isConnected && client.greetings > (before.get(client) ?? 0);
  for (const client of clients) client.gaps.length = 0;
  const begun = performance.now();
  let allBackMs = NaN;
  const back = until('all clients to be back', async () => clients.every(isBack), patienceMs).then(
    () => (allBackMs = Math.round(performance.now() - begun)),
    () => undefined,
  );
  await replace();
  await back;
  await until('every answer', async () => clients.every((client) => client.isAnswered), patienceMs).catch(
    () => undefined,
  );
  return {
    back: clients.filter(isBack).length,
    allBackMs,
    gapP99Ms: percentile(
      clients.flatMap(({ gaps }) => gaps),
      0.99,
    ),
  };
}

/** Compares what clients were promised, and what they show, with what a new connection is shown. */
async function look(clients: readonly StormClient[], url: string): Promise<Pick<Storm, 'lost' | 'repeated'>> {
  let [lost, repeated] = [0, 0];
  for (let at = 0; at < clients.length; at += atOnce)
    await Promise.all(
      clients.slice(at, at + atOnce).map(async (client) => {
        const stored = await historyOf(url + client.path);
        const known = new Set(stored);
        const promised = [...client.acknowledged].flatMap((id) => [`said ${id}`, `answer ${id}`]);
        lost += promised.filter((key) => !known.has(key) || !client.shown.includes(key)).length;
        repeated += stored.length - known.size + client.shown.length - new Set(client.shown).size;
      }),
    );
  return { lost, repeated };
}

/** The turns that a new connection is shown, as a client names them. */
async function historyOf(url: string): Promise<string[]> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'));
  const [data] = (await once(socket, 'message')) as [Buffer];
  socket.terminate();
  const frame = readServerFrame(JSON.parse(data.toString()));
  if (frame?.type !== 'welcome') throw new Error(`Expected a welcome, got ${data.toString()}`);
  return (frame.history ?? []).map(({ id, replyTo }) =>
    replyTo === undefined ? `said ${id}` : `answer ${replyTo}`,
  );
}
