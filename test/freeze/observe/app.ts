import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { freePort, retryIfPortTaken } from '../../servers/ports.ts';
import type { Files } from '../frozen.ts';
import { plainJson } from '../plain.ts';
import { envOf, startApp, storeNames, subprotocols } from '../subject.ts';

const path = '/ws/chat/patient%3Ademo/session%3A1769173656693';

interface Observed {
  readonly url: string;
  readonly metricsUrl: string;
  readonly logged: readonly string[];
  stop(): Promise<void>;
}

/**
 * The real app on embedded stores: every answer, frame, close code, metric and well-known log line.
 * @param values are added to its environment: a sabotage, for the twin.
 */
export async function observeApp(values: Readonly<Record<string, string>> = {}): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-freeze-app-'));
  try {
    const app = await start(folder, values);
    const frames = await chat(app);
    const closes = await closings(app);
    const answers = await httpAnswers(app, folder);
    const metrics = await metricNames(app);
    const last = await connect(app);
    const [[restart]] = await Promise.all([once(last.socket, 'close') as Promise<[number]>, app.stop()]);
    return {
      'frames.json': plainJson(frames),
      'closes.json': plainJson({ ...closes, 'the process ends': restart }),
      'answers.json': answers,
      'metrics.txt': metrics,
      'log.txt': `${[...new Set(app.logged.filter((line) => wellKnown.test(line)))].sort().join('\n')}\n`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The lines people who run this have always known. */
const wellKnown = /initialized|^Client .* connected\. Total connections: 1$/;

async function start(folder: string, values: Readonly<Record<string, string>>): Promise<Observed> {
  const logged: string[] = [];
  const app = await retryIfPortTaken(async () =>
    startApp(
      envOf({
        ...{ EMBEDDED_STORES: storeNames.join(','), DATA_DIR: folder, REDIS_PASSWORD: 'hunter2hunter2' },
        ...{ HTTP_PORT: String(await freePort()), METRICS_PORT: String(await freePort()) },
        ...{ SHUTDOWN_CLOSE_SPREAD: '0', SHUTDOWN_ENDPOINT_WAIT: '0' },
        ...values,
      }),
      { log: { write: (line) => logged.push((JSON.parse(line) as { msg: string }).msg) } },
    ),
  );
  await app.ready();
  return { url: app.publicUrl, metricsUrl: app.metricsUrl, logged, stop: () => app.stop() };
}

type Frame = Readonly<Record<string, unknown>>;

interface Connection {
  readonly socket: WebSocket;
  /** The frames up to the first that `isLast` says is. */
  until(isLast: (frame: Frame) => boolean): Promise<Frame[]>;
}

async function connect({ url }: Observed): Promise<Connection> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, [subprotocols.chat]);
  const frames: Frame[] = [];
  let read = 0;
  socket.on('message', (text: Buffer) => {
    frames.push(JSON.parse(text.toString()) as Frame);
    socket.emit('frame');
  });
  const until: Connection['until'] = async (isLast) => {
    for (;;) {
      const at = frames.findIndex((frame, index) => index >= read && isLast(frame));
      if (at >= 0) {
        const found = frames.slice(read, at + 1);
        read = at + 1;
        return found;
      }
      await once(socket, 'frame');
    }
  };
  await once(socket, 'open');
  await until(({ type }) => type === 'welcome').then((greeting) => (read -= greeting.length));
  return { socket, until };
}

/** What is said to the app, in order, and the frames that come until the one that ends it. */
const conversation: readonly { sent: unknown; until: string }[] = [
  { sent: { type: 'message', id: 'm1', text: 'I am allergic to penicillin.' }, until: 'done' },
  { sent: { type: 'message', id: 'm2', text: 'What am I allergic to?' }, until: 'done' },
  { sent: { type: 'message', id: 'm1', text: 'I am allergic to penicillin.' }, until: 'ack' },
  { sent: { type: 'message', id: 'm1', text: 'Another text.' }, until: 'error' },
  { sent: { type: 'message', id: 'm3', text: '' }, until: 'error' },
  { sent: { type: 'nonsense' }, until: 'error' },
  { sent: 'no frame', until: 'error' },
];

async function chat(app: Observed): Promise<unknown> {
  const connection = await connect(app);
  const greeted = await connection.until(({ type }) => type === 'welcome');
  const exchanges: unknown[] = [];
  for (const { sent, until } of conversation) {
    connection.socket.send(JSON.stringify(sent));
    exchanges.push({ sent, comes: shapesOf(await connection.until(({ type }) => type === until)) });
  }
  connection.socket.close();
  await once(connection.socket, 'close');
  const again = await connect(app);
  const back = await again.until(({ type }) => type === 'welcome');
  again.socket.terminate();
  return { greeted: shapesOf(greeted), exchanges, back: shapesOf(back) };
}

/** Fields whose very values the other side goes by. */
const meaning = new Set([
  'type',
  'id',
  'code',
  'mode',
  'duplicate',
  'speaker',
  'replyTo',
  'patientId',
  'sessionId',
]);

/** Frames by their shape, without what is only said in them; pieces of an answer as one. */
function shapesOf(frames: readonly Frame[]): unknown[] {
  return frames
    .filter(({ type }, at) => type !== 'delta' || frames[at - 1]?.['type'] !== 'delta')
    .map((frame) => shapeOf(frame));
}

function shapeOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((inside) => shapeOf(inside));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      // A sentence's key stays: that it is there is the shape.
      Object.entries(value).map(([name, inside]) => [
        name === 'message' ? 'message (a text)' : name,
        shapeOf(inside, name),
      ]),
    );
  if (!meaning.has(key)) return typeof value;
  return typeof value === 'string' ? value.replace(/^(fact|answer):.*/, '$1:<id>') : value;
}

async function closings(app: Observed): Promise<Readonly<Record<string, unknown>>> {
  const closedBy = async (send: (socket: WebSocket) => void): Promise<number> => {
    const { socket } = await connect(app);
    socket.on('error', () => undefined);
    const closed = once(socket, 'close') as Promise<[number]>;
    send(socket);
    return (await closed)[0];
  };
  return {
    'a binary frame': await closedBy((socket) => socket.send(Buffer.from('{}'))),
    'a frame too long': await closedBy((socket) => socket.send('a'.repeat(70_000))),
    'a normal end': await closedBy((socket) => socket.close(1000)),
  };
}

const gets: readonly { path: string; headers?: Readonly<Record<string, string>> }[] = [
  ...['/healthz', '/readyz', '/config', '/api/status', '/nowhere'].map((one) => ({ path: one })),
  { path: '/api/patients/patient%3Ademo/context' },
  { path: '/api/patients/a%20b/context' },
  { path },
  { path: '/api/status', headers: { origin: 'https://evil.example' } },
];

async function httpAnswers({ url, metricsUrl }: Observed, folder: string): Promise<string> {
  const seen: unknown[] = [];
  for (const [port, base] of Object.entries({ http: url, metrics: metricsUrl }))
    for (const { path: asked, headers } of gets) {
      const answer = await fetch(`${base}${asked}`, { headers: { ...headers } });
      const body = JSON.parse(await answer.text()) as unknown;
      const isContext = asked.endsWith('/context');
      const { status } = answer;
      seen.push({
        port,
        asked,
        ...(headers ? { headers } : {}),
        status,
        type: answer.headers.get('content-type'),
        body: isContext ? shapeOf(body) : body,
      });
    }
  return plainJson(seen, [
    [folder, '<folder>'],
    [new URL(url).port, '<http port>'],
    [new URL(metricsUrl).port, '<metrics port>'],
    // Of the ports, which are others each time; that of fixed values is in tables/digests.json.
    [/"digest": "[0-9a-f]{16}"/g, '"digest": "<digest>"'],
  ]);
}

/** Each metric of ours with its type, its labels and what they say. */
async function metricNames({ metricsUrl }: Observed): Promise<string> {
  const lines = (await (await fetch(`${metricsUrl}/metrics`)).text()).split('\n');
  const types = lines.filter((line) => line.startsWith('# TYPE mooring_'));
  const ours = lines.filter((line) => line.startsWith('mooring_')).map((line) => line.replace(/ \S+$/, ''));
  return `${[...types, ...new Set(ours)].sort().join('\n')}\n`;
}
