import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { subprotocols } from '../../contract/protocol.ts';
import { startChat } from './chat-app.ts';
import { connected, handshake } from './chat-client.ts';

const SECRET = 'a-shared-secret-of-more-than-256-bits';
const PATH = '/ws/chat/patient%3Ademo/session%3A1';

const tokenFor = (sub: string, expiresIn = '1h'): Promise<string> =>
  new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(expiresIn)
    .sign(new TextEncoder().encode(SECRET));

async function guarded() {
  const app = await startChat({ AUTH_MODE: 'jwt', AUTH_JWT_SECRET: SECRET, HTTP_HOST: '127.0.0.1' });
  await app.ready();
  return app;
}

describe('with AUTH_MODE=jwt', () => {
  test("the patient's token opens the chat, by header or by subprotocol", async () => {
    const app = await guarded();
    const token = await tokenFor('patient:demo');
    await connected(`${app.wsUrl}${PATH}`, { headers: { authorization: `Bearer ${token}` } });
    const browser = await connected(`${app.wsUrl}${PATH}`, {
      protocols: [subprotocols.chat, `${subprotocols.token}${token}`],
    });
    expect(browser.socket.protocol).toBe(subprotocols.chat);
  });

  test('no token and an expired one are answered 401, another patient’s 403, before anything is accepted', async () => {
    const app = await guarded();
    const ask = (token?: string) =>
      handshake(`${app.wsUrl}${PATH}`, token === undefined ? {} : { authorization: `Bearer ${token}` });
    expect(await ask()).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(await ask(await tokenFor('patient:demo', '-1s'))).toMatchObject({ status: 401 });
    expect(await ask(await tokenFor('patient:other'))).toMatchObject({ status: 403 });
    expect(await handshake(`${app.wsUrl}${PATH}?token=${await tokenFor('patient:demo')}`)).toMatchObject({
      status: 401,
    });
    expect(app.logged.join()).not.toContain('connected');
  });

  test('the API asks for the same', async () => {
    const app = await guarded();
    const ask = (headers: Record<string, string>) =>
      fetch(`${app.publicUrl}/api/patients/patient%3Ademo/context`, { headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${await tokenFor('patient:other')}` })).status).toBe(403);
    const mine = await ask({ authorization: `Bearer ${await tokenFor('patient:demo')}` });
    expect(await mine.json()).toMatchObject({ patientId: 'patient:demo', facts: [], unavailable: [] });
  });

  test('a connection is closed with 4401 when its token expires', async () => {
    const app = await guarded();
    const token = await tokenFor('patient:demo', '2s');
    const client = await connected(`${app.wsUrl}${PATH}`, { headers: { authorization: `Bearer ${token}` } });
    expect(await client.closed).toBe(4401);
  });
});
