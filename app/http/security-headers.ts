import type { IncomingHttpHeaders } from 'node:http';
import { hostOf, isLoopbackName } from './same-site.ts';

/** Set on every answer; routes that may be cached, or that serve the page, set their own values. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
};

/**
 * What shows an answer to a page of another site that may ask (CORS). The token goes as a header, so no cookie is allowed.
 */
export const sharedWith = ({ origin = '' }: IncomingHttpHeaders): Record<string, string> => ({
  'access-control-allow-origin': origin,
  'access-control-allow-headers': 'authorization',
  'access-control-expose-headers': 'retry-after',
  'access-control-max-age': '600',
  'cross-origin-resource-policy': 'cross-origin',
  vary: 'origin',
});

/**
 * Isolates the page from a page that opened it. Browsers honour the header only in a secure context (TLS, loopback) and
 * log a console warning elsewhere, such as on a node port without TLS.
 */
export function openerPolicy(headers: IncomingHttpHeaders): Record<string, string> {
  const hostname = hostOf(headers)?.hostname ?? '';
  const trustworthy = headers['x-forwarded-proto'] === 'https' || isLoopbackName(hostname);
  return trustworthy ? { 'cross-origin-opener-policy': 'same-origin' } : {};
}

/**
 * The page's Content-Security-Policy: its own files and its own host. In older browsers 'self' does not include a
 * WebSocket of the same host, so that is listed.
 */
export function pagePolicy(headers: IncomingHttpHeaders): string {
  const own = hostOf(headers) ? ` ws://${headers.host} wss://${headers.host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${own}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
