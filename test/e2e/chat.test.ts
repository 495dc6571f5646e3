import { describe, expect, onTestFinished, test } from 'vitest';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { delta, startModelServer } from '../app/llm/sse-server.ts';
import { freePort } from '../servers/ports.ts';
import { startChat } from './chat-app.ts';
import { ChatClient, connected, handshake } from './chat-client.ts';

const PATH = '/ws/chat/patient%3Ademo/session%3A1769173656693';

async function readyChat(values?: Readonly<Record<string, string>>) {
  const app = await startChat(values);
  await app.ready();
  return { app, url: `${app.wsUrl}${PATH}` };
}

describe('before readiness', () => {
  test('a handshake is answered 503 with Retry-After and the reason, and nothing is accepted', async () => {
    const app = await startChat({
      EMBEDDED_STORES: `${neo4jName},${qdrantName}`,
      REDIS_PORT: String(await freePort()),
    });
    const { status, headers, body } = await handshake(`${app.wsUrl}${PATH}`);
    expect([status, headers['retry-after']]).toEqual([503, '2']);
    expect(body).toMatchObject({ code: 'NOT_READY', retryAfterSeconds: 2 });
    expect((body as { reasons: string[] }).reasons).toContain('Redis is away');
    expect(JSON.stringify(body)).not.toMatch(/localhost|\d{4}/);
  });
});

describe('a turn', () => {
  test('is welcome, ack, deltas, done; the deltas are the answer', async () => {
    const model = await startModelServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`${delta('I am ')}${delta('sorry.', 'stop')}data: [DONE]\n\n`);
    });
    onTestFinished(() => model.stop());
    const { app, url } = await readyChat({ LLM_BASE_URL: model.baseUrl });
    const client = new ChatClient(url);
    expect(await client.frame('welcome')).toMatchObject({
      patientId: 'patient:demo',
      sessionId: 'session:1769173656693',
      mode: 'llm',
      ...{ epoch: '', offset: 0, recovered: false },
      history: [],
    });
    client.say('m1', 'I am allergic to penicillin.');
    const done = await client.answer('m1');
    expect(client.framesOf('ack')).toMatchObject([{ id: 'm1', offset: 1, duplicate: false }]);
    expect(done.offset).toBe(2);
    expect(client.frames.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])).toEqual([
      'welcome',
      'session',
      'ack',
      'memory',
      'delta',
      'done',
    ]);
    expect(
      client
        .framesOf('delta', 'm1')
        .map(({ text }) => text)
        .join(''),
    ).toBe(done.text);
    expect(app.logged).toContain('Client patient:demo:session:1769173656693 connected. Total connections: 1');
  });

  test('is in the history of the next connection', async () => {
    const { url } = await readyChat();
    const first = await connected(url);
    first.say('m1', 'I take aspirin.');
    const { text } = await first.answer('m1');
    const second = await connected(url);
    const { history } = await second.frame('welcome');
    expect(history?.map((turn) => [turn.speaker, turn.text])).toEqual([
      ['patient', 'I take aspirin.'],
      ['assistant', text],
    ]);
  });

  test('messages sent at once are all answered, in order', async () => {
    const { url } = await readyChat();
    const client = await connected(url);
    const ids = Array.from({ length: 50 }, (_, index) => `m${index}`);
    for (const id of ids) client.say(id, `Note ${id}.`);
    await client.answer('m49');
    expect(client.framesOf('ack').map(({ id }) => id)).toEqual(ids);
    expect(client.framesOf('done').map(({ id }) => id)).toEqual(ids);
  });
});

describe('a resend', () => {
  test('is acknowledged as a duplicate and not answered again', async () => {
    const { url } = await readyChat();
    const client = await connected(url);
    client.say('m1', 'I take aspirin.');
    await client.answer('m1');
    client.say('m1', 'I take aspirin.');
    expect((await client.frame('ack', 'm1', 1)).duplicate).toBe(true);
    client.say('m2', 'Hello.');
    await client.answer('m2');
    expect(client.framesOf('done', 'm1')).toHaveLength(1);
  });

  test('sent while the answer is being made does not make a second', async () => {
    const { url } = await readyChat();
    const client = await connected(url);
    for (let times = 0; times < 5; times += 1) client.say('m1', 'I take aspirin.');
    await client.frame('ack', 'm1', 4);
    client.say('m2', 'Hello.');
    await client.answer('m2');
    expect(client.framesOf('done', 'm1')).toHaveLength(1);
  });

  test('from a new connection that was not shown the answer gets it', async () => {
    const { url } = await readyChat();
    const early = await connected(url);
    const late = await connected(url);
    early.say('m1', 'I take aspirin.');
    const { text } = await early.answer('m1');
    late.say('m1', 'I take aspirin.');
    expect((await late.frame('ack', 'm1')).duplicate).toBe(true);
    expect((await late.frame('answer')).turn).toMatchObject({ replyTo: 'm1', text });
  });

  test('whose answer is older than the history that is shown gets it all the same', async () => {
    const { url } = await readyChat({ CHAT_HISTORY_LIMIT: '0' });
    const first = await connected(url);
    first.say('m1', 'I take aspirin.');
    const { text } = await first.answer('m1');
    const second = await connected(url);
    second.say('m1', 'I take aspirin.');
    expect((await second.answer('m1')).text).toBe(text);
  });

  test('with another text is an error, and nothing is acknowledged', async () => {
    const { url } = await readyChat();
    const client = await connected(url);
    client.say('m1', 'I take aspirin.');
    await client.answer('m1');
    client.say('m1', 'I take ibuprofen.');
    expect(await client.frame('error')).toMatchObject({ code: 'ID_REUSED', id: 'm1' });
    expect(client.framesOf('ack')).toHaveLength(1);
  });
});

describe('a frame that is wrong', () => {
  test('is answered BAD_FRAME, and the connection stays', async () => {
    const { url } = await readyChat();
    const client = await connected(url);
    client.send('hello');
    expect(await client.frame('error')).toMatchObject({ code: 'BAD_FRAME' });
    client.say('m1', 'Hello.');
    await client.answer('m1');
  });

  test('in binary closes with 4500, too large with 1009', async () => {
    const { url } = await readyChat();
    const binary = await connected(url);
    binary.socket.send(Buffer.from('{}'));
    expect(await binary.closed).toBe(4500);
    const large = await connected(url);
    large.send(
      JSON.stringify({ type: 'message', id: 'm2', text: '\u0449'.repeat(11_000) }).replaceAll(
        '\u0449',
        String.raw`\u0449`,
      ),
    );
    expect(await large.frame('error', 'm2')).toMatchObject({ code: 'FRAME_TOO_LARGE', retryable: false });
    expect(await large.closed).toBe(1009);
  });
});

describe('a handshake', () => {
  test.each([
    { what: 'to another path', path: '/ws/other', status: 404, code: 'NOT_FOUND' },
    { what: 'with a malformed id', path: '/ws/chat/a%2Fb/c', status: 400, code: 'BAD_REQUEST' },
    {
      what: 'from a page of another site',
      headers: { origin: 'https://evil.example' },
      status: 403,
      code: 'FORBIDDEN',
    },
    { what: 'under a name from outside', headers: { host: 'evil.example' }, status: 403, code: 'FORBIDDEN' },
    {
      what: 'offering other subprotocols',
      headers: { 'sec-websocket-protocol': 'soap' },
      status: 400,
      code: 'BAD_REQUEST',
    },
    { what: 'without a key', headers: { 'sec-websocket-key': 'short' }, status: 400, code: 'BAD_REQUEST' },
  ])('$what is refused as HTTP', async ({ path = PATH, headers, status, code }) => {
    const { app } = await readyChat();
    expect(await handshake(`${app.wsUrl}${path}`, headers)).toMatchObject({ status, body: { code } });
    expect(app.logged.join()).not.toContain('connected');
  });

  test('is counted by its outcome', async () => {
    const { app, url } = await readyChat();
    await connected(url);
    await handshake(`${app.wsUrl}/ws/other`);
    const metrics = await (await fetch(`${app.metricsUrl}/metrics`)).text();
    expect(metrics).toContain('mooring_handshakes_total{outcome="accepted"} 1');
    expect(metrics).toContain('mooring_handshakes_total{outcome="NOT_FOUND"} 1');
    expect(metrics).toContain('mooring_connections 1');
    expect(metrics).toMatch(/mooring_gate_state\{store="\w+",state="open"\} 1/);
  });
});

test('a connection that answers no ping is closed with 4009', async () => {
  const { url } = await readyChat({ CHAT_HEARTBEAT: '1' });
  const client = new ChatClient(url, { autoPong: false });
  expect(await client.closed).toBe(4009);
});
