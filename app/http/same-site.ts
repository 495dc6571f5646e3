import type { IncomingHttpHeaders } from 'node:http';
import { pagePorts } from '../../contract/services/page.ts';
import { ProblemError } from './problem.ts';

/**
 * Who may ask, by the headers a browser does not let a page forge. A page of another site must not use the patient's
 * browser to reach the chat; and what listens on loopback must not be reached under a name from outside (DNS
 * rebinding). Programs other than browsers send no Origin and are judged by their token alone.
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

/** Behind a proxy that ends TLS the page is https while the Host header has no port: both mean the usual one. */
function samePort(from: URL, host: URL): boolean {
  const usual = ['', '80', '443'];
  return from.port === host.port || (usual.includes(from.port) && usual.includes(host.port));
}

function hostOf(url: string): URL | undefined {
  return URL.parse(url) ?? undefined;
}

/** Whether a name in a URL means this very machine, whatever any DNS says. */
export function isLoopbackName(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}
