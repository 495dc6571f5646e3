import type { Store, Stores } from '../../../app/stores/types.ts';

/** Where a process ends: at the `nth` call from now of a method of its stores, before it is made or after. */
export interface Failpoint {
  readonly method: string;
  readonly when: 'before' | 'after';
  readonly nth: number;
}

/** Ends this process by SIGKILL at a call of its stores. */
export class Failpoints {
  #armed: (Failpoint & { left: number }) | undefined;

  arm(failpoint: Failpoint): void {
    this.#armed = { ...failpoint, left: failpoint.nth };
  }

  /** The same stores with failpoints around every call. */
  around(stores: Stores): Stores {
    return {
      record: this.#watched(stores.record),
      index: this.#watched(stores.index),
      cache: this.#watched(stores.cache),
    };
  }

  #watched<S extends Store>(store: S): S {
    return new Proxy(store, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== 'function' || typeof key !== 'string') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          const ends = this.#reached(key);
          if (ends === 'before') end();
          try {
            return await (Reflect.apply(member, target, args) as Promise<unknown>);
          } finally {
            if (ends === 'after') end();
          }
        };
      },
    });
  }

  /** Counts a call. @returns when the process ends around it, if it does. */
  #reached(method: string): Failpoint['when'] | undefined {
    if (this.#armed?.method !== method) return undefined;
    this.#armed.left -= 1;
    return this.#armed.left === 0 ? this.#armed.when : undefined;
  }
}

const end = (): void => void process.kill(process.pid, 'SIGKILL');
