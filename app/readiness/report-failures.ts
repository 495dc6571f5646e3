import { MessageRefusedError, type Store, type Stores } from '../stores/types.ts';

/** The same stores; when an operation of one fails, calls `suspect` with its name, so that its gate dials at once. */
export function reportFailures(stores: Stores, suspect: (name: string) => void): Stores {
  return {
    record: reporting(stores.record, suspect),
    index: reporting(stores.index, suspect),
    cache: reporting(stores.cache, suspect),
  };
}

function reporting<S extends Store>(store: S, suspect: (name: string) => void): S {
  const failed = (error: unknown): never => {
    // The caller's error, not the store's.
    if (!(error instanceof MessageRefusedError)) suspect(store.name);
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
