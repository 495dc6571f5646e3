import { backoffMs, type BackoffOptions } from './backoff.ts';

/**
 * Keys that wait for a reconcile. A key is in it once, however often it is added. A key that is added while it is
 * worked on is worked on again afterwards, never twice at once.
 */
export class WorkQueue {
  readonly #backoff: BackoffOptions;
  readonly #ready = new Set<string>();
  readonly #working = new Set<string>();
  /** Added while they were worked on. */
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { readonly due: number; readonly timer: NodeJS.Timeout }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string) => void)[] = [];

  constructor(backoff: BackoffOptions = {}) {
    this.#backoff = backoff;
  }

  /** How many keys wait for a worker; those that wait for a time are not counted. */
  get depth(): number {
    return this.#ready.size;
  }

  add(key: string): void {
    this.#cancelTimer(key);
    if (this.#working.has(key)) {
      this.#again.add(key);
      return;
    }
    const taker = this.#takers.shift();
    if (!taker) {
      this.#ready.add(key);
      return;
    }
    this.#working.add(key);
    taker(key);
  }

  /** Adds a key after a delay in milliseconds. Of several delays the shortest counts. */
  addAfter(key: string, delayMs: number): void {
    const due = performance.now() + delayMs;
    const waiting = this.#timers.get(key);
    if (this.#ready.has(key) || (waiting && waiting.due <= due)) return;
    this.#cancelTimer(key);
    const timer = setTimeout(() => this.add(key), delayMs);
    // A key that waits must not keep a process alive that is ending.
    timer.unref();
    this.#timers.set(key, { due, timer });
  }

  /** Adds a key that failed, after a delay that grows with each failure in a row. */
  retry(key: string): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.addAfter(key, backoffMs(failures, this.#backoff));
  }

  /** Forgets the failures of a key. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Forgets everything of a key, as of an object that is gone. */
  remove(key: string): void {
    this.forget(key);
    this.#cancelTimer(key);
    this.#ready.delete(key);
    this.#again.delete(key);
  }

  /** The next key; the caller says `done` when it has worked on it. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<string> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const [next] = this.#ready;
    if (next !== undefined) {
      this.#ready.delete(next);
      this.#working.add(next);
      return Promise.resolve(next);
    }
    return new Promise((resolve, reject) => {
      const taker = (key: string): void => {
        signal.removeEventListener('abort', leave);
        resolve(key);
      };
      const leave = (): void => {
        this.#takers.splice(this.#takers.indexOf(taker), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#takers.push(taker);
    });
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Cancels every delay. */
  close(): void {
    for (const key of [...this.#timers.keys()]) this.#cancelTimer(key);
  }

  #cancelTimer(key: string): void {
    clearTimeout(this.#timers.get(key)?.timer);
    this.#timers.delete(key);
  }
}
