import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../../model/loopback.ts';
import { pagePorts } from '../../contract/services/page.ts';
import { ProblemError } from './problem.ts';

/**
 * Checks the headers that a page cannot forge. A page of another site must not reach the chat through the patient's
 * browser (cross-site WebSocket hijacking), and a server on loopback must not be reached under a foreign host name (DNS
 * rebinding). Programs other than browsers send no Origin and are checked by their token alone.
 */
export class SameSite {
  readonly #onLoopback: boolean;
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed origins of other sites that may ask, as HTTP_ORIGINS has them. */
  constructor(onLoopback: boolean, allowed = '') {
    this.#onLoopback = onLoopback;
    this.#allowed = new Set(allowed.split(',').flatMap((text) => URL.parse(text.trim())?.origin ?? []));
  }

  /** Whether a page of another site asks that is allowed to: its browser shows it the answer only when told so. */
  isAllowed({ origin }: IncomingHttpHeaders): boolean {
    return origin !== undefined && this.#allowed.has(origin);
  }

  /** @throws ProblemError FORBIDDEN. */
  check(headers: IncomingHttpHeaders): void {
    const host = hostOf(headers);
    if (this.#onLoopback && !(host && isLoopbackName(host.hostname)))
      throw new ProblemError(
        'FORBIDDEN',
        'This instance listens on loopback and answers only as localhost, 127.0.0.1 or [::1].',
      );
    if (headers.origin !== undefined && !this.isAllowed(headers) && !this.#mayAsk(headers.origin, host))
      throw new ProblemError('FORBIDDEN', 'The page that asks is from another site than this chat.');
  }

  #mayAsk(origin: string, host: URL | null): boolean {
    const from = URL.parse(origin);
    if (!from || !host) return false;
    const devServer = this.#onLoopback && from.port === String(pagePorts.http.containerPort);
    if (devServer && isLoopbackName(from.hostname)) return true;
    return from.hostname === host.hostname && samePort(from, host);
  }
}

/** Behind a proxy that terminates TLS the page is https while the Host header has no port: both are the default. */
function samePort(from: URL, host: URL): boolean {
  const usual = ['', '80', '443'];
  return from.port === host.port || (usual.includes(from.port) && usual.includes(host.port));
}

/** The host and port a request names; none when the header is missing, or more than a host and a port. */
export function hostOf({ host = '' }: IncomingHttpHeaders): URL | null {
  return /[^\w.:[\]-]/.test(host) ? null : URL.parse(`http://${host}`);
}

/** Whether browsers take a host name of a URL for this machine, whatever DNS answers. */
export const isLoopbackName = (hostname: string): boolean =>
  hostname.endsWith('.localhost') || isLoopback(hostname);
