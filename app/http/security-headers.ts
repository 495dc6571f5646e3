import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackName } from './same-site.ts';

/** On every answer. Routes that may be cached, or that serve the page, set their own of a name. */
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
 * Keeps a page that opened this one from reaching into it. Browsers obey it only where nobody can have changed the answer
 * on its way, and complain of it in the console elsewhere: a node port without TLS, say.
 */
export function openerPolicy(headers: IncomingHttpHeaders): Record<string, string> {
  const hostname = URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? '';
  const trustworthy = headers['x-forwarded-proto'] === 'https' || isLoopbackName(hostname);
  return trustworthy ? { 'cross-origin-opener-policy': 'same-origin' } : {};
}

/**
 * What the page may load and dial: its own files and its own host. Older browsers do not count a WebSocket of the
 * same host as 'self', so it is named.
 */
export function pagePolicy(host: string | undefined): string {
  const own = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
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
