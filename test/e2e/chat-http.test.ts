import { configReport, gateReport } from '../../model/report.ts';
import { createServer, request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { chatStack } from '../../contract/chat-stack.ts';
import { environmentOf, serviceOf } from '../../model/environment.ts';
import { patientContext, problem, readyz, status } from '../../contract/http.ts';
import { isWorkload, type Probe } from '../../model/stack.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { backendName } from '../../contract/services/backend-ports.ts';
import { capture } from '../servers/command.ts';
import { freePort, isPortOpen, LOOPBACK } from '../servers/ports.ts';
import { startChat } from './chat-app.ts';
import { handshake } from './chat-client.ts';

const get = (url: string, path: string, init?: RequestInit): Promise<Response> =>
  fetch(`${url}${path}`, init);
const stack = chatStack(readChatStack({}, 'the defaults'));
const backend = serviceOf(stack, backendName);

describe('both sides of the contract', () => {
  test('every declared port of the backend is listened on, and every probe path answers', async () => {
    if (!isWorkload(backend)) throw new Error('the backend is no workload');
    const ports = await Promise.all(
      Object.keys(backend.ports).map(async (name) => [name, await freePort()] as const),
    );
    const portOf = new Map(ports);
    const values = ports.map(([name, port]) => [backend.ownPorts?.[name] ?? '', String(port)]);
    const app = await startChat({
      HTTP_HOST: '0.0.0.0',
      ...(Object.fromEntries(values) as Record<string, string>),
    });
    await app.ready();
    for (const [name, port] of ports) expect(await isPortOpen(LOOPBACK, port), name).toBe(true);
    for (const probe of Object.values<Probe>({ ...backend.container.probes })) {
      if (!('http' in probe)) throw new Error('the probes of the backend are HTTP');
      const url = `http://${LOOPBACK}:${portOf.get(probe.http.port) ?? 0}`;
      expect((await get(url, probe.http.path)).status, probe.http.path).toBe(200);
    }
  });

  test('every variable the manifests set is one the app reads', () => {
    const known = Object.keys(backend.variables ?? {});
    expect(
      environmentOf(stack, backend)
        .map(({ name }) => name)
        .filter((name) => !known.includes(name)),
    ).toEqual([]);
  });
});

test('the opener policy is sent where browsers obey it, and not where they would complain of it', async () => {
  const app = await startChat({ HTTP_HOST: '0.0.0.0' });
  const policyFor = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      const asking = request(`${app.publicUrl}/chat/patient:demo`, { headers }, (response) => {
        response.resume();
        resolve(response.headers['cross-origin-opener-policy']);
      });
      asking.on('error', reject).end();
    });
  expect(await policyFor({ host: 'localhost:8000' })).toBe('same-origin');
  expect(await policyFor({ host: 'chat.example.com', 'x-forwarded-proto': 'https' })).toBe('same-origin');
  expect(await policyFor({ host: '198.51.100.4:30080' })).toBeUndefined();
});

test('a page of an origin that is allowed may read the API and open the chat, one of another may not', async () => {
  const app = await startChat({ HTTP_HOST: '0.0.0.0', HTTP_ORIGINS: 'https://app.example.com' });
  await app.ready();
  const [page, other] = [{ origin: 'https://app.example.com' }, { origin: 'https://evil.example' }];
  const context = '/api/patients/patient:demo/context';
  const asked = await get(app.publicUrl, context, { method: 'OPTIONS', headers: page });
  expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization']);
  for (const path of ['/api/status', context]) {
    const { status, headers } = await get(app.publicUrl, path, { headers: page });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, page.origin]);
    const refused = await get(app.publicUrl, path, { headers: other });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  }
  expect((await handshake(`${app.wsUrl}/ws/chat/patient:demo/s`, page)).status).toBe(101);
  expect((await handshake(`${app.wsUrl}/ws/chat/patient:demo/s`, other)).status).toBe(403);
});

describe('on loopback', () => {
  test('operational routes are on both ports, in the shapes of the contract', async () => {
    const app = await startChat({ REDIS_PASSWORD: 'hunter2hunter2' });
    await app.ready();
    for (const url of [app.publicUrl, app.metricsUrl]) {
      const ready = readyz.parse(await (await get(url, '/readyz')).json());
      expect(ready).toMatchObject({ ready: true, reason: 'Ready' });
      expect(ready.gates.map((entry) => gateReport.parse(entry).state)).toEqual(['open', 'open', 'open']);
      const shown = configReport.parse(await (await get(url, '/config')).json());
      expect(shown.secretsSet).toEqual(['REDIS_PASSWORD']);
      expect(JSON.stringify(shown)).not.toContain('hunter2');
      expect(await (await get(url, '/metrics')).text()).toContain('process_cpu_seconds_total');
    }
  });
});

describe('off loopback', () => {
  test('the public port shows neither metrics, configuration nor gates', async () => {
    const app = await startChat({ HTTP_HOST: '0.0.0.0' });
    await app.ready();
    expect((await get(app.publicUrl, '/metrics')).status).toBe(404);
    expect((await get(app.publicUrl, '/config')).status).toBe(404);
    expect(await (await get(app.publicUrl, '/readyz')).json()).toEqual({ ready: true, reason: 'Ready' });
    expect((await get(app.metricsUrl, '/metrics')).status).toBe(200);
    expect((await get(app.metricsUrl, '/chat/patient:demo')).status).toBe(404);
  });
});

describe('on loopback with logins', () => {
  test('the public port shows neither metrics, configuration nor gates', async () => {
    const secret = 'a-shared-secret-of-more-than-256-bits';
    const app = await startChat({ AUTH_MODE: 'jwt', AUTH_JWT_SECRET: secret, HTTP_HOST: '127.0.0.1' });
    await app.ready();
    expect((await get(app.publicUrl, '/metrics')).status).toBe(404);
    expect((await get(app.publicUrl, '/config')).status).toBe(404);
    expect(await (await get(app.publicUrl, '/readyz')).json()).toEqual({ ready: true, reason: 'Ready' });
    expect((await get(app.metricsUrl, '/config')).status).toBe(200);
  });
});

describe('the public API', () => {
  test('status is always 200 and in the shape of the contract', async () => {
    const app = await startChat();
    await app.ready();
    const answer: unknown = await (await get(app.publicUrl, '/api/status')).json();
    expect(status.parse(answer), 'no field beyond the contract').toEqual(answer);
    expect(answer).toMatchObject({
      ready: true,
      reason: 'Ready',
      retryAfterSeconds: null,
      mode: 'extractive',
    });
  });

  test('the context of a patient is found under the percent-encoded id, also a long one', async () => {
    const app = await startChat();
    await app.ready();
    for (const patient of ['patient:demo', 'ü'.repeat(128)]) {
      const response = await get(app.publicUrl, `/api/patients/${encodeURIComponent(patient)}/context`);
      const answer: unknown = await response.json();
      expect(patientContext.parse(answer), 'no field beyond the contract').toEqual(answer);
      expect(answer).toMatchObject({ patientId: patient });
    }
  });

  test.each([
    ['/nowhere', 404, 'NOT_FOUND'],
    ['/api/patients/a%20b/context', 400, 'BAD_REQUEST'],
    ['/api/patients/%ZZ/context', 400, 'BAD_REQUEST'],
    [`/api/patients/${'a'.repeat(129)}/context`, 400, 'BAD_REQUEST'],
    ['/ws/chat/a/b', 400, 'BAD_REQUEST'],
    ['/assets/%2e%2e/%2e%2e/package.json', 404, 'NOT_FOUND'],
    ['/assets/none.js', 404, 'NOT_FOUND'],
  ])('%s is a problem in the shape of the contract, without a stack trace', async (path, code, name) => {
    const app = await startChat();
    const answer = await get(app.publicUrl, path);
    expect(answer.status).toBe(code);
    const text = await answer.text();
    const told: unknown = JSON.parse(text);
    expect(problem.parse(told), 'no field beyond the contract').toEqual(told);
    expect(told).toMatchObject({ code: name });
    expect(text).not.toMatch(/\bat .*:\d+|node_modules/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a page of another site is not answered', async () => {
    const app = await startChat();
    expect(
      (await get(app.publicUrl, '/api/status', { headers: { origin: 'https://evil.example' } })).status,
    ).toBe(403);
  });

  test('an offer to upgrade to HTTP/2 is not taken for a WebSocket', async () => {
    const app = await startChat();
    const answer = await handshake(`${app.wsUrl}/healthz`, { upgrade: 'h2c' });
    expect([answer.status, answer.body]).toEqual([200, { alive: true }]);
  });

  test('the page is served under a strict policy, or the answer says how to build it', async () => {
    const app = await startChat();
    const answer = await get(app.publicUrl, '/chat/patient:demo');
    const host = new URL(app.publicUrl).host;
    if (answer.status === 503) expect(await answer.text()).toContain('npm start');
    else
      expect(answer.headers.get('content-security-policy')).toContain(
        `connect-src 'self' ws://${host} wss://${host};`,
      );
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

test('a busy port is named with the process that has it, and the app exits with 69', async () => {
  const port = await freePort();
  const owner = createServer();
  await new Promise<void>((resolve) => owner.listen(port, LOOPBACK, resolve));
  onTestFinished(() => void owner.close());
  const { code, stderr } = await capture(process.execPath, ['app/main.ts'], {
    env: { HTTP_PORT: String(port), METRICS_PORT: String(await freePort()) },
  });
  expect(code).toBe(69);
  expect(stderr).toContain(`Port ${port} on ${LOOPBACK} is taken`);
  expect(stderr).toContain('set HTTP_PORT to a free port');
  if (process.platform === 'linux') expect(stderr).toContain(`process ${process.pid}`);
});
