import { maskSecrets } from '../../model/redact.ts';
import { errorText } from '../observability/error-text.ts';

/** An OpenAI-compatible endpoint. */
export interface Endpoint {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Idle timeout in milliseconds. */
  readonly timeout: number;
}

/** Idle timeout of a request; call `heard` whenever data arrives. */
export class Silence {
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #timeout: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(timeout: number, outer?: AbortSignal) {
    this.#timeout = timeout;
    this.signal = outer === undefined ? this.#abort.signal : AbortSignal.any([outer, this.#abort.signal]);
    this.heard();
  }

  /** Whether the timeout ended the request. */
  get isOver(): boolean {
    return this.#isOver;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.#abort.abort();
    }, this.#timeout);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * Posts JSON to a path below the endpoint.
 * @throws Error with the status and the beginning of the answer when the status is no success; without the key.
 */
export async function post(
  { baseUrl, apiKey }: Endpoint,
  path: string,
  body: object,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(body),
    signal,
  });
  if (response.ok) return response;
  const words = (await response.text()).replace(/\s+/g, ' ').trim().slice(0, 300);
  throw new Error(`${path} answered ${response.status}${words === '' ? '' : `: ${words}`}`);
}

/** Why a request to `endpoint` failed, for people; without the key. */
export function failure(what: string, endpoint: Endpoint, error: unknown, silence: Silence): Error {
  const { host, pathname } = new URL(endpoint.baseUrl);
  const words = silence.isOver ? `it said nothing for ${endpoint.timeout / 1000} s` : errorText(error);
  const shown = maskSecrets(words, [endpoint.apiKey], '(key)');
  return new Error(`The ${what} at ${host}${pathname} failed: ${shown}`, {
    cause: error instanceof Error ? error.name : undefined,
  });
}
