/** Too many already wait for a slot. */
export class SlotsTakenError extends Error {
  override readonly name = 'SlotsTakenError';
}

export interface SlotLimits {
  /** Most holders at once. */
  readonly inAll: number;
  /** Most holders at once of one key. */
  readonly perKey: number;
  /** Most that wait of one key; one more is refused. */
  readonly waitingPerKey: number;
}

interface Waiting {
  readonly key: string;
  readonly enter: () => void;
}

/** Bounds how much work of a kind is in progress, in all and per key. Those who wait enter in the order they came. */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #held = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  #total = 0;
  #refused = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** How many slots are held now. */
  get held(): number {
    return this.#total;
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many were refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Waits for a slot. @returns a function that gives it back, to be called once.
   * @throws SlotsTakenError when too many wait; the signal's reason when it is aborted while waiting.
   */
  async take(key: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (!this.#hasRoom(key)) await this.#wait(key, signal);
    else this.#hold(key);
    return () => this.#giveBack(key);
  }

  /** Does `work` in a slot. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const giveBack = await this.take(key);
    return work().finally(giveBack);
  }

  async #wait(key: string, signal: AbortSignal | undefined): Promise<void> {
    const alike = [...this.#waiting].filter((waiting) => waiting.key === key).length;
    if (alike >= this.#limits.waitingPerKey) {
      this.#refused += 1;
      throw new SlotsTakenError('too many wait for a slot');
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiting: Waiting = { key, enter: () => resolve(undefined) };
    const leave = (): void => {
      // One that entered already holds its slot, and its caller sees the signal.
      if (this.#waiting.delete(waiting)) reject(signal?.reason as Error);
    };
    this.#waiting.add(waiting);
    signal?.addEventListener('abort', leave, { once: true });
    await promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  #hasRoom(key: string): boolean {
    return this.#total < this.#limits.inAll && (this.#held.get(key) ?? 0) < this.#limits.perKey;
  }

  #hold(key: string): void {
    this.#total += 1;
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
  }

  #giveBack(key: string): void {
    this.#total -= 1;
    const left = (this.#held.get(key) ?? 1) - 1;
    if (left === 0) this.#held.delete(key);
    else this.#held.set(key, left);
    for (const waiting of this.#waiting) {
      if (!this.#hasRoom(waiting.key)) continue;
      this.#waiting.delete(waiting);
      this.#hold(waiting.key);
      waiting.enter();
    }
  }
}
