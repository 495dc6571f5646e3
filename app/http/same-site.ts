import type { IncomingHttpHeaders } from 'node:http';
import { pagePorts } from '../../contract/services/page.ts';
import { ProblemError } from './problem.ts';

/**
 * Checks the headers that a page cannot forge. A page of another site must not reach the chat through the patient's
 * browser (cross-site WebSocket hijacking), and a server on loopback must not be reached under a foreign host name (DNS
 * rebinding). Programs other than browsers send no Origin and are checked by their token alone.
 */
export class SameSite {
  readonly #onLoopback: boolean;

  constructor(onLoopback: boolean) {
    this.#onLoopback = onLoopback;
  }

  /** @throws ProblemError FORBIDDEN. */
  check(headers: IncomingHttpHeaders): void {
    const host = hostOf(`http://${headers.host ?? ''}`);
    if (this.#onLoopback && host !== undefined && !isLoopbackName(host.hostname))
      throw new ProblemError(
        'FORBIDDEN',
        'This instance listens on loopback and answers only as localhost, 127.0.0.1 or [::1].',
      );
    if (headers.origin !== undefined && !this.#mayAsk(headers.origin, host))
      throw new ProblemError('FORBIDDEN', 'The page that asks is from another site than this chat.');
  }

  #mayAsk(origin: string, host: URL | undefined): boolean {
    const from = hostOf(origin);
    if (from === undefined || host === undefined) return false;
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

function hostOf(url: string): URL | undefined {
  return URL.parse(url) ?? undefined;
}

/** Whether a host name of a URL always is this machine, independent of DNS. */
export function isLoopbackName(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}
