import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type KeyObject } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { authenticator } from '../../../app/http/authenticate.ts';
import { envOf } from '../env-of.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';

const SECRET = 'a-shared-secret-of-more-than-256-bits';
const PATIENT = 'patient:demo';
const withSecret = authenticator(envOf({ AUTH_MODE: 'jwt', AUTH_JWT_SECRET: SECRET }));

const signed = (
  claims: { sub?: string; exp?: number | string; iss?: string; aud?: string },
  key: CryptoKey | KeyObject | Uint8Array = new TextEncoder().encode(SECRET),
  alg = 'HS256',
): Promise<string> => {
  const { exp = '1h', ...rest } = claims;
  return new SignJWT(rest).setProtectedHeader({ alg, kid: 'one' }).setExpirationTime(exp).sign(key);
};
const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

test('with AUTH_MODE=none whoever asks is the patient', async () => {
  expect(await authenticator(envOf({}))({}, PATIENT)).toEqual({});
});

describe('with a shared secret', () => {
  test("the patient's token is let in until it expires", async () => {
    const exp = Math.floor(Date.now() / 1_000) + 60;
    expect(await withSecret(bearer(await signed({ sub: PATIENT, exp })), PATIENT)).toEqual({
      expiresAt: exp,
    });
  });

  test('a browser offers it as a subprotocol', async () => {
    const words = `mooring.chat.v1, mooring.jwt.${await signed({ sub: PATIENT })}`;
    await expect(withSecret({ 'sec-websocket-protocol': words }, PATIENT)).resolves.toBeDefined();
  });

  test("another patient's token is FORBIDDEN", async () => {
    const token = await signed({ sub: 'patient:other' });
    await expect(withSecret(bearer(token), PATIENT)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test.each([
    ['no token', async () => ({})],
    [
      'a token that never expires',
      async () =>
        bearer(
          await new SignJWT({ sub: PATIENT })
            .setProtectedHeader({ alg: 'HS256' })
            .sign(new TextEncoder().encode(SECRET)),
        ),
    ],
    ['an expired token', async () => bearer(await signed({ sub: PATIENT, exp: 1 }))],
    [
      'a token of another key',
      async () => bearer(await signed({ sub: PATIENT }, new TextEncoder().encode('x'.repeat(32)))),
    ],
    ['an unsigned token', async () => bearer(new UnsecuredJWT({ sub: PATIENT }).encode())],
    ['what is no token', async () => bearer('hello')],
    ['a token in another scheme', async () => ({ authorization: `Basic ${await signed({ sub: PATIENT })}` })],
  ])('%s is UNAUTHORIZED', async (_what, headers) => {
    await expect(withSecret(await headers(), PATIENT)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('issuer and audience are required where they are configured', async () => {
    const strict = authenticator(
      envOf({ AUTH_MODE: 'jwt', AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: 'us', AUTH_AUDIENCE: 'chat' }),
    );
    const right = await signed({ sub: PATIENT, iss: 'us', aud: 'chat' });
    await expect(strict(bearer(right), PATIENT)).resolves.toBeDefined();
    for (const claims of [{ iss: 'us' }, { aud: 'chat' }, { iss: 'them', aud: 'chat' }])
      await expect(strict(bearer(await signed({ sub: PATIENT, ...claims })), PATIENT)).rejects.toMatchObject({
        code: 'UNAUTHORIZED',
      });
  });
});

describe('with a key set', () => {
  test('a token signed by one of its keys is let in, one by another key is not', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
    const url = await serving(JSON.stringify({ keys: [jwk] }));
    const authenticate = authenticator(envOf({ AUTH_MODE: 'jwt', AUTH_JWKS_URL: url }));
    await expect(
      authenticate(bearer(await signed({ sub: PATIENT }, privateKey, 'ES256')), PATIENT),
    ).resolves.toBeDefined();
    const stranger = await generateKeyPair('ES256');
    await expect(
      authenticate(bearer(await signed({ sub: PATIENT }, stranger.privateKey, 'ES256')), PATIENT),
    ).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(authenticate(bearer(await signed({ sub: PATIENT })), PATIENT)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
  });

  test('a key set that cannot be had is no fault of the token', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const token = await signed({ sub: PATIENT }, privateKey, 'ES256');
    for (const url of [`http://${LOOPBACK}:${await freePort()}/keys`, await serving('<html>')]) {
      const authenticate = authenticator(envOf({ AUTH_MODE: 'jwt', AUTH_JWKS_URL: url }));
      await expect(authenticate(bearer(token), PATIENT)).rejects.toMatchObject({ code: 'NOT_READY' });
    }
  });
});

async function serving(body: string): Promise<string> {
  const server = createServer((_request, response) => response.end(body));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://${LOOPBACK}:${port}/keys`;
}
