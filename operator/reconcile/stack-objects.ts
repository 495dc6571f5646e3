import { isNewer } from '../../kube/objects.ts';
import { Cache } from '../runtime/cache.ts';
import type { Observed } from './observed.ts';

/** The index by `<namespace>/<stack>`. */
const byStack = 'stack';

/** The live objects of every stack: a cache of each kind, which an informer fills. */
export class StackObjects {
  readonly #caches = new Map<string, Cache<Observed>>();

  /** The cache of a kind. */
  cacheOf(kind: string): Cache<Observed> {
    const cache =
      this.#caches.get(kind) ??
      new Cache<Observed>({ [byStack]: ({ namespace, stack }) => [`${namespace}/${stack}`] });
    this.#caches.set(kind, cache);
    return cache;
  }

  /** Every object of a stack. @param key `<namespace>/<stack>`. */
  ofStack(key: string): Observed[] {
    return [...this.#caches.values()].flatMap((cache) =>
      cache.keysBy(byStack, key).flatMap((one) => cache.get(one) ?? []),
    );
  }

  /**
   * Takes what the API server answered to a write before the watch says so, unless the watch was faster; answers it. Of an
   * object that is not there the watch may have told already that it was made and deleted.
   */
  remember(written: Observed): Observed {
    const cache = this.cacheOf(written.kind);
    const key = `${written.namespace}/${written.name}`;
    const present = cache.get(key);
    const resourceVersion = present?.resourceVersion ?? cache.version;
    if (resourceVersion !== undefined && isNewer(written, { resourceVersion })) cache.set(key, written);
    return written;
  }
}
