import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { parseJson } from '../model/json.ts';
import { accessReviewPath, attributesOf, attributesOfWatch, isDenied } from './access-review.ts';
import { refusal, unreachable, type Asked } from './api-errors.ts';
import type { ApiError } from './cluster-error.ts';
import { noCredentials } from './credentials.ts';
import { onceInitialized } from './initializing.ts';
import { chosenKubeConfig, type Choice } from './kubeconfig.ts';

export interface ApiAnswer {
  readonly status: number;
  /** The parsed body, or its text where the server did not answer with JSON. */
  readonly json: unknown;
  /** The texts of the `Warning:` headers. */
  readonly warnings: readonly string[];
}

export interface RequestOf {
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON, which is YAML too. */
  readonly body?: unknown;
  /** Default: `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Statuses besides 2xx that are answers, not errors. */
  readonly accept?: readonly number[];
  /** Called when the connection is there, right before the first byte; what it throws is the request's error. */
  readonly beforeSend?: (() => void) | undefined;
}

/** An API server as one user sees it. Raw JSON both ways: typed models drop the fields they do not know. */
export interface Api {
  readonly context: string;
  /** The API server's URL. */
  readonly server: string;
  /** The namespace the context names, if any. */
  readonly namespace: string | undefined;
  /** For exec and port-forward, which are no plain requests. */
  readonly kubeConfig: KubeConfig;
  /**
   * One request. `path` is absolute (`/api/v1/…`), without a query.
   * @throws ClusterError CLUSTER_AWAY without an answer, NO_CONTEXT without credentials, ApiError for an answer that is
   * neither 2xx nor accepted; the signal's own reason when it was aborted.
   */
  request(method: string, path: string, request?: RequestOf): Promise<ApiAnswer>;
  /** A GET with a streamed body, such as a followed log or a watch. Throws as `request` does. */
  stream(path: string, request?: Pick<RequestOf, 'query' | 'signal'>): Promise<IncomingMessage>;
  /** Closes the connections it keeps open. */
  close(): void;
}

/** The content type of a server-side apply. */
export const applyContentType = 'application/apply-patch+yaml';

/** Idle timeout of a request. Streams (watch, log follow) have none. */
const idleTimeoutMs = 30_000;

/**
 * The cluster of a context of the kubeconfig. No request is made yet.
 * @throws ClusterError NO_CONTEXT when there is no such context.
 */
export function connect(choice: Choice = {}): Api {
  const kubeConfig = chosenKubeConfig(choice);
  const context = kubeConfig.getCurrentContext();
  const server = kubeConfig.getCurrentCluster()?.server ?? '';
  const agents = new Set<http.Agent>();
  const asked = (method: string, path: string): Asked => ({ context, server, method, path });

  const send = async (method: string, path: string, request: RequestOf): Promise<IncomingMessage> => {
    const options: RequestOptions = { method, headers: headersOf(request), signal: request.signal };
    try {
      await kubeConfig.applyToHTTPSOptions(options);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw noCredentials(kubeConfig, error);
    }
    try {
      const agent = options.agent as http.Agent;
      // Keeps connections alive: the library's agent makes a TLS handshake for each request.
      agents.add(Object.assign(agent, { keepAlive: true }));
      return await sent(urlOf(server, path, request.query), options, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw error instanceof NotSent ? error.cause : unreachable(asked(method, path), error);
    }
  };

  /** The error of an answer that is not a success. */
  const refused = async (
    { method, path }: { method: string; path: string },
    { status, json }: ApiAnswer,
    { contentType, query, signal }: RequestOf = {},
  ): Promise<ApiError> => {
    const creates = contentType === applyContentType;
    const attributes = query?.['watch'] === 'true' ? attributesOfWatch(path) : attributesOf(method, path);
    const denied =
      status === 401 ||
      (status === 403 &&
        (path === accessReviewPath || (await isDenied(api, attributes, { creates, signal }))));
    return refusal(asked(method, path), { status, json, isDenied: denied });
  };

  const api: Api = {
    context,
    server,
    namespace: kubeConfig.getContextObject(context)?.namespace,
    kubeConfig,
    request: async (method, path, request = {}) => {
      const failed = (error: unknown): never => {
        request.signal?.throwIfAborted();
        throw unreachable(asked(method, path), error);
      };
      const once = async (): Promise<ApiAnswer> => answerOf(await send(method, path, request), failed);
      const answer = await onceInitialized(once, request.signal);
      const { status } = answer;
      if ((status >= 200 && status < 300) || request.accept?.includes(status)) return answer;
      throw await refused({ method, path }, answer, request);
    },
    stream: async (path, request = {}) => {
      const response = await send('GET', path, request);
      response.socket.setTimeout(0);
      if (response.statusCode === 200) return response;
      const answer = await answerOf(response, (error) => {
        throw unreachable(asked('GET', path), error);
      });
      throw await refused({ method: 'GET', path }, answer, request);
    },
    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
  return api;
}

function headersOf({ body, contentType = 'application/json' }: RequestOf): Record<string, string> {
  return { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': contentType }) };
}

/** Keeps the path prefix of a server behind a proxy, such as Rancher. */
function urlOf(server: string, path: string, query: RequestOf['query']): URL {
  const url = new URL(server.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.append(name, value);
  return url;
}

/** `beforeSend` forbade it, with its error as the cause. */
class NotSent extends Error {
  override readonly name = 'NotSent';
}

function sent(
  url: URL,
  options: RequestOptions,
  { body, beforeSend }: Pick<RequestOf, 'body' | 'beforeSend'>,
): Promise<IncomingMessage> {
  const { request } = url.protocol === 'http:' ? http : https;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, timeout: idleTimeoutMs });
    // Node sets no Content-Length on a DELETE, and the server would read the body as the next request.
    if (text !== undefined) outgoing.setHeader('content-length', Buffer.byteLength(text));
    outgoing.once('response', resolve);
    outgoing.once('timeout', () =>
      outgoing.destroy(new Error(`no answer came in ${idleTimeoutMs / 1_000} seconds`)),
    );
    outgoing.once('error', reject);
    if (!beforeSend) {
      outgoing.end(text);
      return;
    }
    whenConnected(outgoing, () => {
      try {
        beforeSend();
      } catch (cause) {
        outgoing.destroy(new NotSent('The request was not sent.', { cause }));
        return;
      }
      outgoing.end(text);
    });
  });
}

/** A connection that is kept alive is there at once; a new one may take as long as the network is away. */
function whenConnected(outgoing: ClientRequest, send: () => void): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) send();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', send);
  });
}

async function answerOf(response: IncomingMessage, failed: (error: unknown) => never): Promise<ApiAnswer> {
  let text = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  } catch (error) {
    failed(error);
  }
  const isJson = response.headers['content-type']?.includes('json') === true;
  return {
    status: response.statusCode ?? 0,
    json: isJson ? (parseJson(text) ?? text) : text,
    warnings: (response.headersDistinct['warning'] ?? []).map(warningText),
  };
}

/** The text of `299 - "text"` (RFC 7234). */
function warningText(header: string): string {
  const quoted = /^\d{3} \S+ "((?:[^"\\]|\\.)*)"/.exec(header)?.[1];
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? header;
}
