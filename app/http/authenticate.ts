import type { IncomingHttpHeaders } from 'node:http';
import {
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
} from 'jose';
import type { Env } from '../../contract/backend-env.ts';
import { retryAfterSeconds } from '../../contract/http.ts';
import { subprotocols } from '../../contract/protocol.ts';
import { bounded } from '../bounded-body.ts';
import { ProblemError } from './problem.ts';

/** An authenticated client. */
export interface Identity {
  /** Seconds since 1970; absent where nobody signs in. */
  readonly expiresAt?: number;
}

/**
 * Decides whether the bearer of these headers is `patient`.
 * @throws ProblemError UNAUTHORIZED (no token, an invalid or expired one), FORBIDDEN (another patient's), NOT_READY
 * (the keys that verify tokens cannot be fetched).
 */
export type Authenticate = (headers: IncomingHttpHeaders, patient: string) => Promise<Identity>;

/** The check the environment configures. With AUTH_MODE=none every client is taken for the patient of the path. */
export function authenticator(env: Env): Authenticate {
  if (env.AUTH_MODE === 'none') return () => Promise.resolve({});
  const verify = verifier(env);
  return async (headers, patient) => {
    const token = tokenOf(headers);
    if (token === undefined)
      throw new ProblemError(
        'UNAUTHORIZED',
        `A token is required: an "Authorization: Bearer" header or, from a browser, the subprotocols "${subprotocols.chat}" and "${subprotocols.token}<token>".`,
      );
    const { sub, exp } = await verify(token).catch(rethrow);
    if (sub !== patient)
      throw new ProblemError('FORBIDDEN', 'The token belongs to another patient than the one in the path.');
    return exp === undefined ? {} : { expiresAt: exp };
  };
}

/** Never from the query string, which proxies and browsers log. */
function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? offered(headers).find(isToken)?.slice(subprotocols.token.length);
}

/** The subprotocols a handshake offers. */
export function offered(headers: IncomingHttpHeaders): string[] {
  const text = headers['sec-websocket-protocol'] ?? '';
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function isToken(word: string): boolean {
  return word.startsWith(subprotocols.token);
}

function verifier(env: Env): (token: string) => Promise<JWTPayload> {
  const claims = {
    // A token that never expires could never be taken back.
    requiredClaims: ['exp'],
    ...(env.AUTH_ISSUER === undefined ? {} : { issuer: env.AUTH_ISSUER }),
    ...(env.AUTH_AUDIENCE === undefined ? {} : { audience: env.AUTH_AUDIENCE }),
  };
  const secret =
    env.AUTH_JWT_SECRET === undefined ? undefined : new TextEncoder().encode(env.AUTH_JWT_SECRET);
  const keys =
    env.AUTH_JWKS_URL === undefined
      ? undefined
      : createRemoteJWKSet(new URL(env.AUTH_JWKS_URL), {
          [customFetch]: async (url, options) => bounded(await fetch(url, options), mostKeyBytes),
        });
  return async (token) => {
    // Algorithm confusion: a public key must never be used as a shared secret, so each kind of key has its algorithms.
    const shared = decodeProtectedHeader(token).alg === 'HS256';
    if (shared && secret)
      return (await jwtVerify(token, secret, { ...claims, algorithms: ['HS256'] })).payload;
    if (!shared && keys) return (await jwtVerify(token, keys, { ...claims, algorithms })).payload;
    throw new errors.JOSEAlgNotAllowed('no key here verifies its algorithm');
  };
}

/** Bytes of a key set. */
const mostKeyBytes = 1024 * 1024;

const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

function rethrow(cause: unknown): never {
  if (cause instanceof errors.JWTExpired)
    throw new ProblemError('UNAUTHORIZED', 'The token expired.', { cause });
  if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'exp' && cause.reason === 'missing')
    throw new ProblemError('UNAUTHORIZED', 'The token has no `exp`: only one that expires is taken.', {
      cause,
    });
  if (isUnverifiable(cause))
    throw new ProblemError('NOT_READY', 'The keys that verify tokens cannot be had now.', {
      retryAfterSeconds,
      cause,
    });
  throw new ProblemError('UNAUTHORIZED', 'The token does not verify.', { cause });
}

/** Whether the key set failed, not the token: it did not answer, or not with keys. */
function isUnverifiable(cause: unknown): boolean {
  if (!(cause instanceof errors.JOSEError))
    return !(cause instanceof TypeError && /token|header/i.test(cause.message));
  return (
    cause instanceof errors.JWKSTimeout ||
    cause instanceof errors.JWKSInvalid ||
    cause.code === 'ERR_JOSE_GENERIC'
  );
}
