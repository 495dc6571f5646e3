import { ApiError } from '../../kube/cluster-error.ts';
import { isNewer, type KubeObject } from '../../kube/objects.ts';
import { backoffMs, type BackoffOptions } from './backoff.ts';
import type { Cache } from './cache.ts';
import { pause } from './pause.ts';
import { listPages, ResourceExpired, watch, type Collection, type WatchEvent } from './list-watch.ts';

export interface InformerOptions<T> {
  readonly collection: Collection;
  readonly cache: Cache<T>;
  /** What is kept of an object; the rest of it is dropped. */
  readonly project: (object: KubeObject) => T;
  /**
   * Whether the cache has the state of an event already, such as from the answer to a write: nothing is done then. A list
   * tells every state, since it also comes after a change that was not taken.
   */
  readonly isKnown?: (key: string, object: KubeObject) => boolean;
  /** Called once the cache has the change; it only adds keys to queues. */
  readonly onChange: (change: Change<T>) => void;
  /** Called whenever the cache has the whole collection. */
  readonly onListed?: () => void;
  /** Each failure, before the next try. */
  readonly onRestart: (error: unknown) => void;
  /** A watch that is silent for so long is begun anew, in milliseconds. An API server's bookmarks come each minute. */
  readonly silentMs?: number;
  /** A watch that ends sooner counts as failed, in milliseconds. */
  readonly shortestMs?: number;
  readonly backoff?: BackoffOptions;
}

/** `before` is absent for an object that is new, `now` for one that is gone. */
export interface Change<T> {
  readonly key: string;
  readonly before?: T;
  readonly now?: T;
}

/** `project` or `onChange` failed. */
class NotTaken extends Error {
  override readonly name = 'NotTaken';
}

/** `<namespace>/<name>`, or `<name>` of a kind without namespaces. */
export const keyOf = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/**
 * Keeps a cache equal to a collection of the API server: lists it, then watches it. A watch that ends, fails or falls
 * silent goes on where it was; one that cannot (410) lists again, which also finds what was deleted meanwhile.
 */
export class Informer<T> {
  readonly #options: InformerOptions<T>;
  readonly #synced = Promise.withResolvers<undefined>();
  #failures = 0;
  #heardAt = performance.now();

  constructor(options: InformerOptions<T>) {
    this.#options = options;
  }

  /** Resolves when the cache has been filled once, or when `run` has ended before that. */
  get synced(): Promise<undefined> {
    return this.#synced.promise;
  }

  /** How long ago the API server last answered or sent something, in milliseconds. */
  get silentForMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** Runs until the signal is aborted; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted)
      await this.#runOnce(signal).catch((error: unknown) => this.#failed(error, signal));
    this.#synced.resolve(undefined);
  }

  /** Until the API server ends the watch. */
  async #runOnce(signal: AbortSignal): Promise<void> {
    const { cache } = this.#options;
    cache.version ??= await this.#list(signal);
    await this.#watch(cache.version, signal);
  }

  async #failed(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#options.onRestart(error);
    const status = error instanceof ApiError ? error.status : undefined;
    // The API server answers, though the definition of the collection is not there, or the right to list it.
    if (status === 403 || status === 404) this.#heardAt = performance.now();
    const isGone = status === 404;
    if (isGone) this.#emptied();
    // After an error of this process the cache may have missed what it was about.
    if (isGone || error instanceof ResourceExpired || error instanceof NotTaken)
      this.#options.cache.version = undefined;
    this.#failures += 1;
    await pause(backoffMs(this.#failures, this.#options.backoff), signal);
  }

  /** Where a definition is gone, its objects are: a watch that was cut may not have said so. */
  #emptied(): void {
    for (const key of this.#options.cache.keys()) this.#drop(key);
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { collection, cache } = this.#options;
    const gone = new Set(cache.keys());
    const version = await listPages(
      collection,
      (objects) => {
        this.#heard();
        for (const object of objects) {
          gone.delete(keyOf(object));
          this.#put(object);
        }
      },
      signal,
    );
    for (const key of gone) this.#drop(key);
    this.#options.onListed?.();
    this.#synced.resolve(undefined);
    return version;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { collection, silentMs = 80_000, shortestMs = 1_000 } = this.#options;
    let openedAt = Infinity;
    const onOpen = (): void => {
      openedAt = this.#heardAt = performance.now();
    };
    const lasted = (): boolean => performance.now() - openedAt >= shortestMs;
    try {
      for await (const event of watch(collection, { resourceVersion, silentMs, signal, onOpen }))
        this.#take(event);
    } finally {
      // One of a quiet collection tells nothing before its first bookmark, and has not failed.
      if (lasted()) this.#failures = 0;
    }
    // An API server that is leaving, or a proxy, may end a watch at once; asking it anew without a pause would be a flood.
    if (!lasted()) throw new Error(`The watch of ${collection.path} ended as soon as it began.`);
  }

  #take({ type, object }: WatchEvent): void {
    this.#heard();
    const { cache } = this.#options;
    // A connection that does not keep the order of events may have let an older state follow a newer one.
    if (cache.version !== undefined && isNewer({ resourceVersion: cache.version }, object.metadata))
      throw new NotTaken(`A change of ${keyOf(object)} came after a later one.`);
    try {
      if (type === 'DELETED') this.#drop(keyOf(object));
      else if (type !== 'BOOKMARK' && !this.#options.isKnown?.(keyOf(object), object)) this.#put(object);
    } catch (cause) {
      throw new NotTaken(`A change of ${keyOf(object)} was not taken.`, { cause });
    }
    cache.version = object.metadata.resourceVersion ?? cache.version;
  }

  #heard(): void {
    this.#heardAt = performance.now();
    this.#failures = 0;
  }

  #put(object: KubeObject): void {
    const { cache, project, onChange } = this.#options;
    const [key, now] = [keyOf(object), project(object)];
    const before = cache.set(key, now);
    onChange({ key, now, ...(before === undefined ? {} : { before }) });
  }

  #drop(key: string): void {
    const before = this.#options.cache.delete(key);
    if (before !== undefined) this.#options.onChange({ key, before });
  }
}
