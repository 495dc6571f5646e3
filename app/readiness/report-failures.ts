import type { StoreName } from '../../contract/services/backend-variables.ts';
import { IdReusedError, type Store, type Stores } from '../stores/types.ts';

/** The same stores; whenever an operation of one fails, `suspect` is told its name, so that its gate looks at once. */
export function watched(stores: Stores, suspect: (name: StoreName) => void): Stores {
  return {
    record: watchedStore(stores.record, suspect),
    index: watchedStore(stores.index, suspect),
    cache: watchedStore(stores.cache, suspect),
  };
}

function watchedStore<S extends Store>(store: S, suspect: (name: StoreName) => void): S {
  const failed = (error: unknown): never => {
    // The caller's mistake, not the store's.
    if (!(error instanceof IdReusedError)) suspect(store.name);
    throw error;
  };
  return new Proxy(store, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        return result instanceof Promise ? result.catch(failed) : result;
      };
    },
  });
}
