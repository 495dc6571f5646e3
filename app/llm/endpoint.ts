import { z } from 'zod';
import { parseJson } from '../../model/json.ts';
import { maskSecrets } from '../../model/redact.ts';
import { bounded } from '../bounded-body.ts';
import { errorText } from '../observability/error-text.ts';

/** An OpenAI-compatible endpoint. */
export interface Endpoint {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Idle timeout in milliseconds. */
  readonly timeout: number;
  /** Longest time for a whole answer in milliseconds. */
  readonly longest?: number;
}

/** The time limits of a request; call `heard` whenever data arrives, and `end` at its end. */
export class Patience {
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #timeout: number;
  readonly #whole: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #over: string | undefined;

  constructor({ timeout, longest }: Pick<Endpoint, 'timeout' | 'longest'>, outer?: AbortSignal) {
    this.#timeout = timeout;
    this.signal = outer === undefined ? this.#abort.signal : AbortSignal.any([outer, this.#abort.signal]);
    if (longest !== undefined)
      this.#whole = this.#endAfter(longest, `its answer took longer than ${longest / 1000} s`);
    this.heard();
  }

  /** Which limit ended the request, in words. */
  get over(): string | undefined {
    return this.#over;
  }

  heard(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#endAfter(this.#timeout, `it said nothing for ${this.#timeout / 1000} s`);
  }

  end(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#whole);
  }

  #endAfter(ms: number, words: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#over ??= words;
      this.#abort.abort();
    }, ms);
  }
}

/**
 * Posts JSON to a path below the endpoint. Its body is an error once it is longer than `mostBytes`.
 * @throws Error with the status, and the endpoint's own code for it, when the status is no success.
 */
export async function post(
  { baseUrl, apiKey }: Endpoint,
  path: string,
  body: object,
  { signal, mostBytes }: { readonly signal: AbortSignal; readonly mostBytes: number },
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
  if (response.ok) return bounded(response, mostBytes);
  const code = errorCode(
    parseJson(
      await bounded(response, mostErrorBytes)
        .text()
        .catch(() => ''),
    ),
  );
  throw new Error(`${path} answered ${response.status}${code === undefined ? '' : ` (${code})`}`);
}

/** Bytes of an error's body that are read. */
const mostErrorBytes = 65_536;

const reported = z.object({ error: z.object({ code: z.unknown(), type: z.unknown() }).partial() });

/**
 * The code or type an OpenAI-compatible endpoint gives its error. Its message is not read: it may quote what the patient
 * said, or the key.
 */
export function errorCode(body: unknown): string | undefined {
  const { error } = reported.safeParse(body).data ?? {};
  return [error?.code, error?.type].find(
    (word): word is string => typeof word === 'string' && /^[\w.-]{1,60}$/.test(word),
  );
}

/** Why a request to `endpoint` failed, for the operator; without the key. */
export function failure(what: string, endpoint: Endpoint, error: unknown, patience: Patience): Error {
  const { host, pathname } = new URL(endpoint.baseUrl);
  const words = patience.over ?? errorText(error);
  const shown = maskSecrets(words, [endpoint.apiKey], '(key)').slice(0, 300);
  return new Error(`The ${what} at ${host}${pathname} failed: ${shown}`);
}
