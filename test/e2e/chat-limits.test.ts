import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { status } from '../../contract/http.ts';
import { limits } from '../../contract/protocol.ts';
import { startProxy } from '../faults/proxy.ts';
import { until } from '../servers/poll.ts';
import { LOOPBACK } from '../servers/ports.ts';
import { startSilentServer } from '../stores/silent-server.ts';
import { startChat, type TestedApp } from './chat-app.ts';
import { ChatClient, connected, handshake } from './chat-client.ts';
import { RealClient } from './real-client.ts';

const PATH = '/ws/chat/patient%3Ademo/session%3A1';

async function readyChat(values: Readonly<Record<string, string>>) {
  const app = await startChat(values);
  await app.ready();
  return { app, url: `${app.wsUrl}${PATH}` };
}

/** The value of a metric, as it is written with its labels; 0 where there is none. */
async function metric(app: TestedApp, name: string): Promise<number> {
  const lines = (await (await fetch(`${app.metricsUrl}/metrics`)).text()).split('\n');
  return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? 0);
}

const becomes = (app: TestedApp, name: string, value: number): Promise<void> =>
  until(`${name} to be ${value}`, async () => (await metric(app, name)) === value, 20_000);

describe('connections', () => {
  test('beyond the most of a process are refused with 503, and the status says so, until one is closed', async () => {
    const { app, url } = await readyChat({ CHAT_CONNECTIONS: '2' });
    const [first] = [await connected(url), await connected(`${app.wsUrl}/ws/chat/patient%3Aother/s`)];
    const refused = await handshake(url);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
    expect(refused.body).toMatchObject({ code: 'SERVER_FULL', retryAfterSeconds: 2 });
    const told = status.parse(await (await fetch(`${app.publicUrl}/api/status`)).json());
    expect(told).toMatchObject({ ready: false, reason: 'Full', retryAfterSeconds: 2 });
    expect((await fetch(`${app.publicUrl}/readyz`)).status).toBe(200);
    expect(await metric(app, 'mooring_handshakes_total{outcome="SERVER_FULL"}')).toBe(1);
    first.socket.close();
    await becomes(app, 'mooring_connections', 1);
    await connected(url);
  });

  test('beyond the most of a patient are refused with 429, and those of others are not', async () => {
    const { app, url } = await readyChat({ CHAT_CONNECTIONS_PER_PATIENT: '3' });
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => new ChatClient(url)).map((client) =>
        Promise.race([client.frame('welcome'), client.closed]).catch(() => 'refused'),
      ),
    );
    expect(asked.filter((answer) => typeof answer === 'object')).toHaveLength(3);
    expect(await handshake(url)).toMatchObject({ status: 429, body: { code: 'TOO_MANY_CONNECTIONS' } });
    await connected(`${app.wsUrl}/ws/chat/patient%3Aother/session%3A1`);
  });
});

describe('a handshake', () => {
  test('that is not finished in time is answered 503', async () => {
    const keys = await startSilentServer();
    onTestFinished(() => keys.stop());
    const { app, url } = await readyChat({
      ...{ AUTH_MODE: 'jwt', AUTH_JWKS_URL: `http://${LOOPBACK}:${keys.port}/`, HTTP_HOST: LOOPBACK },
      CHAT_HANDSHAKE_TIMEOUT: '1',
    });
    const token = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.e30.AA`;
    const refused = await handshake(url, { authorization: `Bearer ${token}` });
    expect(refused).toMatchObject({ status: 503, body: { code: 'HANDSHAKE_TIMEOUT' } });
    expect(await metric(app, 'mooring_handshakes_total{outcome="HANDSHAKE_TIMEOUT"}')).toBe(1);
  });

  test('whose headers do not come is cut', async () => {
    const { app } = await readyChat({ CHAT_HANDSHAKE_TIMEOUT: '1' });
    const socket = connect(Number(new URL(app.publicUrl).port), LOOPBACK);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nUpgrade: web`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 408 /);
    await once(socket, 'close');
  });
});

describe('a connection is closed', () => {
  test('with 4010 when no frame went either way for too long, and not while its client pings', async () => {
    const { app, url } = await readyChat({ CHAT_IDLE_TIMEOUT: '1' });
    const [silent, alive] = [await connected(url), await connected(url)];
    alive.socket.on('message', () => setTimeout(() => alive.send({ type: 'ping' }), 100));
    alive.send({ type: 'ping' });
    expect(await silent.closed).toBe(4010);
    expect(await metric(app, 'mooring_closes_total{code="4010"}')).toBe(1);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  test('with 1008 after a message in more than 64 fragments, while 64 are taken', async () => {
    const { app, url } = await readyChat({});
    const client = await connected(url);
    const send = (id: string, fragments: number): void => {
      const text = JSON.stringify({ type: 'message', id, text: 'x'.repeat(100) });
      for (let at = 0; at < fragments; at += 1) {
        const fin = at === fragments - 1;
        client.socket.send(text.slice(at, fin ? undefined : at + 1), { fin });
      }
    };
    send('m1', limits.fragments);
    await client.answer('m1');
    send('m2', limits.fragments + 1);
    expect(await client.closed).toBe(1008);
    await becomes(app, 'mooring_closes_total{code="1008"}', 1);
    expect(client.framesOf('ack').map(({ id }) => id)).toEqual(['m1']);
  });

  test('with 4008 when it does not read, and no other one waits for it', async () => {
    const often = '100000';
    const { app, url } = await readyChat({
      ...{ CHAT_CONNECTION_RATE: often, CHAT_CONNECTION_BURST: often },
      ...{ CHAT_PATIENT_RATE: often, CHAT_PATIENT_BURST: often },
    });
    const [slow, quick] = [await connected(url), await connected(url)];
    slow.socket.pause();
    const long = '語'.repeat(limits.textLength);
    let said = 0;
    while ((await metric(app, 'mooring_closes_total{code="4008"}')) === 0) {
      if (said === 1_000) throw new Error('1,000 long messages did not fill the buffer.');
      quick.say(`m${said}`, long);
      await quick.answer(`m${said}`);
      said += 1;
    }
    expect(quick.framesOf('done')).toHaveLength(said);
    expect(await metric(app, 'mooring_connections')).toBe(1);
  });

  test('when the network between swallows everything, within two heartbeats and the time for goodbyes', async () => {
    const { app } = await readyChat({ CHAT_HEARTBEAT: '1' });
    const proxy = await startProxy({ host: LOOPBACK, port: Number(new URL(app.publicUrl).port) });
    onTestFinished(() => proxy.stop());
    await connected(`ws://localhost:${proxy.port}${PATH}`);
    const healthy = await connected(`${app.wsUrl}${PATH}`);
    proxy.timeout();
    await becomes(app, 'mooring_connections', 1);
    expect(await metric(app, 'mooring_closes_total{code="4009"}')).toBe(1);
    expect(healthy.socket.readyState).toBe(healthy.socket.OPEN);
  });
});

test('a client finds a connection that the network swallowed, and connects anew', async () => {
  const { app } = await readyChat({});
  const proxy = await startProxy({ host: LOOPBACK, port: Number(new URL(app.publicUrl).port) });
  onTestFinished(() => proxy.stop());
  let port = String(proxy.port);
  const client = new RealClient(() => `http://localhost:${port}`, PATH, 50);
  await client.until('a connection', () => client.connection.state.name === 'connected');
  proxy.timeout();
  port = new URL(app.publicUrl).port;
  await client.until('another one', () => client.framesOf('welcome').length === 2);
  expect(client.states.map(({ name }) => name)).toContain('waiting');
});

describe('what comes too fast', () => {
  test('on a connection is refused with the time to wait, not stored, and the connection stays', async () => {
    const { app, url } = await readyChat({ CHAT_CONNECTION_RATE: '1', CHAT_CONNECTION_BURST: '2' });
    const client = await connected(url);
    for (const id of ['m1', 'm2', 'm3']) client.say(id, `I say ${id}.`);
    const refused = await client.frame('error', 'm3');
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(1_000);
    expect(await metric(app, 'mooring_rate_limited_total{limit="connection"}')).toBe(1);
    expect(await metric(app, 'mooring_errors_total{code="RATE_LIMITED"}')).toBe(1);
    await client.answer('m2');
    const { history } = await (await connected(url)).frame('welcome');
    expect(JSON.stringify(history)).not.toContain('m3');
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  test('of a patient is counted over all connections, and other patients are not hurt', async () => {
    const { app, url } = await readyChat({ CHAT_PATIENT_RATE: '1', CHAT_PATIENT_BURST: '2' });
    const tabs = [await connected(url), await connected(`${app.wsUrl}/ws/chat/patient%3Ademo/other`)];
    for (const [nth, tab] of tabs.entries()) {
      tab.say(`m${nth}`, 'Hello.');
      await tab.answer(`m${nth}`);
    }
    tabs[0]?.say('m2', 'Hello.');
    expect(await tabs[0]?.frame('error', 'm2')).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await metric(app, 'mooring_rate_limited_total{limit="patient"}')).toBe(1);
    const other = await connected(`${app.wsUrl}/ws/chat/patient%3Aother/session%3A1`);
    other.say('m1', 'Hello.');
    await other.answer('m1');
  });

  test('is held by the client and sent again until all of it is stored, once, in order', async () => {
    const { app } = await readyChat({ CHAT_PATIENT_RATE: '10', CHAT_PATIENT_BURST: '3' });
    const client = new RealClient(() => app.publicUrl, PATH);
    const ids = Array.from({ length: 12 }, (_, nth) => `m${nth}`);
    for (const id of ids) client.say(id, `I say ${id}.`);
    await client.until('every answer', () => client.framesOf('done').length === ids.length);
    expect(client.framesOf('ack').map(({ id }) => id)).toEqual(ids);
    expect(client.framesOf('ack').some(({ duplicate }) => duplicate)).toBe(false);
    expect(client.framesOf('error').length).toBeGreaterThan(0);
    expect(client.kept).toEqual([]);
    expect(client.framesOf('welcome')).toHaveLength(1);
  });
});
