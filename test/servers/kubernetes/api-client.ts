import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

export interface ApiAnswer {
  status: number;
  /** The parsed body, or its text where the server did not answer with JSON. */
  json: unknown;
  /** The texts of the `Warning:` headers: what the API server takes, but advises against. */
  warnings: string[];
}

export interface ApiClient {
  /** One request. A body that is not a string is sent as JSON; any status is an answer, not an error. */
  request: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<ApiAnswer>;
  /** Closes the connections it keeps open. */
  close(): void;
}

const TIMEOUT_MS = 30_000;

/** Speaks HTTPS with an API server as the holder of a client certificate (all PEM). */
export function apiClient(url: string, identity: { ca: string; cert: string; key: string }): ApiClient {
  const agent = new Agent({ ...identity, keepAlive: true });
  return { request: requestAs(url, () => Promise.resolve({ agent })), close: () => agent.destroy() };
}

/** How a request shows who sends it. */
type Identity = Omit<RequestOptions, 'headers'> & { headers?: OutgoingHttpHeaders };

/**
 * Requests to an API server over HTTPS.
 * @param identify asked before each: tokens expire.
 */
export const requestAs =
  (url: string, identify: () => Promise<Identity>): ApiClient['request'] =>
  async (method, path, body, headers) => {
    const { headers: own, ...options } = await identify();
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(new URL(path, url), {
        ...options,
        method,
        timeout: TIMEOUT_MS,
        headers: { accept: 'application/json', 'content-type': 'application/json', ...own, ...headers },
      });
      outgoing.once('response', (response) => void answer(response).then(resolve, reject));
      outgoing.once('timeout', () =>
        outgoing.destroy(new Error(`${method} ${path} on ${url} got no answer in ${TIMEOUT_MS} ms.`)),
      );
      outgoing.once('error', reject);
      outgoing.end(asText(body));
    });
  };

function asText(body: unknown): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
}

async function answer(response: IncomingMessage): Promise<ApiAnswer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  const isJson = response.headers['content-type']?.includes('json') === true;
  return {
    status: response.statusCode ?? 0,
    json: isJson ? (JSON.parse(text) as unknown) : text,
    warnings: (response.headersDistinct['warning'] ?? []).map(warningText),
  };
}

/** `299 - "text"`, as RFC 7234 quotes it, is the text. */
function warningText(header: string): string {
  const quoted = /^\d{3} \S+ "((?:[^"\\]|\\.)*)"/.exec(header)?.[1];
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? header;
}
