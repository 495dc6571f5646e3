import type { Status } from 'kubernetes-types/meta/v1.js';
import type { Api } from '../../kube/api.ts';
import { ApiError } from '../../kube/cluster-error.ts';
import type { KubeObject } from '../../kube/objects.ts';

/** A collection of the API server, perhaps a part of it. */
export interface Collection {
  readonly api: Api;
  /** Absolute, such as `/apis/apps/v1/deployments`. */
  readonly path: string;
  /** Such as `{ labelSelector: … }`. */
  readonly query?: Readonly<Record<string, string>>;
}

/** Objects of one answer: enough to hide the round trip, few enough for the memory of a small pod. */
const pageSize = 500;

interface List {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly (Partial<KubeObject> & Pick<KubeObject, 'metadata'>)[];
}

/**
 * Lists a collection page by page, as it is now (a quorum read, never an old cache of the API server).
 * @returns the resource version to watch from.
 */
export async function listPages(
  { api, path, query }: Collection,
  onPage: (objects: readonly KubeObject[]) => void,
  signal: AbortSignal,
): Promise<string> {
  let next: string | undefined;
  for (;;) {
    const page = { limit: String(pageSize), ...(next ? { continue: next } : {}) };
    const { json } = await api.request('GET', path, { query: { ...query, ...page }, signal });
    const { apiVersion, kind, metadata, items } = json as List;
    // Items of a list lack the two; their kind is the list's.
    const own = { apiVersion, kind: kind.replace(/List$/, '') };
    onPage(items.map((item) => ({ ...own, ...item })));
    if (!metadata.continue) return metadata.resourceVersion;
    next = metadata.continue;
  }
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

/** The resource version to go on from is too old: the collection has to be listed again. */
export class ResourceExpired extends Error {
  override readonly name = 'ResourceExpired';
}

/** Nothing came for longer than an API server is silent: its bookmarks come each minute. */
export class WatchSilent extends Error {
  override readonly name = 'WatchSilent';
}

export interface WatchOptions {
  readonly resourceVersion: string;
  /** In milliseconds. */
  readonly silentMs: number;
  readonly signal: AbortSignal;
  /** Called when the API server has begun to answer. */
  readonly onOpen?: () => void;
}

/** The API server ends a watch after this long, so that load spreads over its replicas again; then it is begun anew. */
const watchSeconds = (): number => Math.round(240 + Math.random() * 240);

/**
 * The changes of a collection since a resource version; ends when the API server ends the watch.
 * @throws ResourceExpired; WatchSilent; the connection's own error; ClusterError as `Api.stream` does.
 */
export async function* watch(
  { api, path, query }: Collection,
  { resourceVersion, silentMs, signal, onOpen }: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const asked = { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(watchSeconds()) };
  const response = await api
    .stream(path, { query: { ...query, ...asked, resourceVersion }, signal })
    .catch((error: unknown) => {
      throw error instanceof ApiError && error.status === 410 ? new ResourceExpired(error.message) : error;
    });
  onOpen?.();
  const silence = setTimeout(
    () => response.destroy(new WatchSilent(`The watch of ${path} was silent for ${silentMs / 1_000} s.`)),
    silentMs,
  );
  try {
    let rest = '';
    for await (const chunk of response.setEncoding('utf8')) {
      silence.refresh();
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield eventOf(line);
    }
  } finally {
    clearTimeout(silence);
    response.destroy();
  }
}

function eventOf(line: string): WatchEvent {
  const event = JSON.parse(line) as WatchEvent | { readonly type: 'ERROR'; readonly object: Status };
  if (event.type !== 'ERROR') return event;
  const { code, message = 'The watch failed.' } = event.object;
  throw code === 410 ? new ResourceExpired(message) : new Error(message);
}
