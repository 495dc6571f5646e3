import { inWords } from '../stores/deadline.ts';

/** An OpenAI-compatible endpoint. */
export interface Endpoint {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Longest silence in milliseconds before a request is given up. */
  readonly timeout: number;
}

/** Ends a request that stays silent too long; every sign of life starts the wait anew. */
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

  /** Whether it was the silence that ended the request. */
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
 * @throws Error with the status and the first words of the answer when it is no success; never with the key.
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

/** What went wrong with a request to `endpoint`, for people: where, what, and nothing secret. */
export function failure(what: string, endpoint: Endpoint, error: unknown, silence: Silence): Error {
  const { host, pathname } = new URL(endpoint.baseUrl);
  const words = silence.isOver ? `it said nothing for ${endpoint.timeout / 1000} s` : inWords(error);
  const key = endpoint.apiKey;
  const shown = key === undefined || key === '' ? words : words.replaceAll(key, '(key)');
  return new Error(`The ${what} at ${host}${pathname} failed: ${shown}`, {
    cause: error instanceof Error ? error.name : undefined,
  });
}
