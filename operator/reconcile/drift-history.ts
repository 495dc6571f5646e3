import { unknownManager } from './resource.ts';

/** So many repairs of one object in a row are made at once. */
const atOnce = 3;
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;
/** An object that stayed as rendered for so long is no longer contested. */
const forgottenAfterMs = 600_000;

interface Repairs {
  readonly count: number;
  readonly lastAt: number;
  /** Who changed it the last time that it was known. */
  readonly managers: readonly string[];
}

/**
 * How often each object of a stack was repaired. An object that another program keeps changing is repaired ever more
 * rarely, so that two controllers do not fight at full speed. Kept in memory only: a new leader begins anew.
 */
export class DriftHistory {
  readonly #repairs = new Map<string, Repairs>();
  /** What was last told of each object that was left as it is. */
  readonly #told = new Map<string, string>();
  /** Of each object that was left as it is: its changed fields, by path, and who changed each. */
  readonly #left = new Map<string, ReadonlyMap<string, string>>();
  readonly #now: () => number;

  /** @param now milliseconds on a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How long to wait before the object may be repaired again, in milliseconds. */
  waitMs(key: string): number {
    const { count, lastAt } = this.#of(key);
    if (count < atOnce) return 0;
    const pauseMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (count - atOnce));
    return Math.max(0, lastAt + pauseMs - this.#now());
  }

  /** How often it was repaired of late. */
  count(key: string): number {
    return this.#of(key).count;
  }

  /** Whether another program keeps changing it. */
  isContested(key: string): boolean {
    return this.count(key) > atOnce;
  }

  /** When the first of the objects whose key begins so is contested no longer, in milliseconds; undefined without one. */
  calmInMs(prefix: string): number | undefined {
    const waits = this.contested(prefix).map((key) => this.#of(key).lastAt + forgottenAfterMs - this.#now());
    // It is contested up to that moment, and no longer right after it.
    return waits.length > 0 ? Math.floor(Math.min(...waits)) + 1 : undefined;
  }

  /** The objects that others keep changing whose key begins so. */
  contested(prefix: string): string[] {
    return [...this.#repairs.keys()].filter((key) => key.startsWith(prefix) && this.isContested(key)).sort();
  }

  /** An object is left with these fields as others made them. */
  leave(key: string, owners: ReadonlyMap<string, string>): void {
    this.#left.set(key, owners);
  }

  /** The fields with which an object was left, by path, and who changed each. A removal leaves no other trace of itself. */
  leftOf(key: string): ReadonlyMap<string, string> {
    return this.#left.get(key) ?? new Map();
  }

  /** An object was put back. @param by the managers of what others changed; a deletion leaves no trace of whose it was. */
  repaired(key: string, by: readonly string[] = []): void {
    const { count, managers } = this.#of(key);
    const known = [...new Set(by)].filter((manager) => manager !== unknownManager).sort();
    this.#repairs.set(key, {
      count: count + 1,
      lastAt: this.#now(),
      managers: known.length > 0 ? known : managers,
    });
  }

  /** Who keeps changing it; empty where nothing told. */
  managersOf(key: string): readonly string[] {
    return this.#of(key).managers;
  }

  /** Whether something is news of an object that is left as it is: it is told once, not with each reconcile. */
  isNews(key: string, text: string): boolean {
    const isNew = this.#told.get(key) !== text;
    this.#told.set(key, text);
    return isNew;
  }

  /** The object is as rendered: the next change of it is news. */
  settled(key: string): void {
    this.#told.delete(key);
    this.#left.delete(key);
  }

  /** Forgets the objects whose key begins so. */
  forget(prefix: string): void {
    for (const known of [this.#repairs, this.#told, this.#left])
      for (const key of known.keys()) if (key.startsWith(prefix)) known.delete(key);
  }

  #of(key: string): Repairs {
    const repairs = this.#repairs.get(key);
    if (repairs && this.#now() - repairs.lastAt <= forgottenAfterMs) return repairs;
    this.#repairs.delete(key);
    return { count: 0, lastAt: -Infinity, managers: [] };
  }
}
