import { unknownManager } from './resource.ts';
import { idOf, Rounds, type Changed } from './rounds.ts';

/** So many repairs of one object in a row are made at once. */
const atOnce = 3;
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;
/** An object that stayed as rendered for so long is no longer contested. */
const forgottenAfterMs = 600_000;
/** A change that comes back this soon after it was put back is a fight at speed, which is slowed down. */
const undoneWithinMs = 30_000;

interface Repairs {
  /** Repairs in a row, each of which was undone. */
  readonly count: number;
  readonly lastAt: number;
  /** By field and manager: when what it changed was put back last. */
  readonly putBackAt: ReadonlyMap<string, number>;
  /** The last repair was undone: the same manager changed the same field again, soon after. */
  readonly isUndone: boolean;
  /** Everyone who changed it since the first of these repairs, as far as it is known. */
  readonly managers: readonly string[];
}

const unrepaired: Repairs = {
  count: 0,
  lastAt: -Infinity,
  putBackAt: new Map(),
  isUndone: false,
  managers: [],
};

/**
 * How often each object of a stack was repaired, and the repair undone. An object that another program keeps changing is
 * repaired ever more rarely, so that two controllers do not fight at full speed. One that comes back slowly, but all day, is
 * contested too, and put back at once each time; so are edits of other fields, or now and then, which are no contest. Kept
 * in memory only: a new leader begins anew.
 */
export class DriftHistory {
  readonly #repairs = new Map<string, Repairs>();
  /** What was last told of each object that was left as it is. */
  readonly #told = new Map<string, string>();
  /** Of each object that was left as it is: its changed fields, by path, and who changed each. */
  readonly #left = new Map<string, ReadonlyMap<string, string>>();
  readonly #now: () => number;
  readonly #rounds: Rounds;

  /** @param now milliseconds on a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#rounds = new Rounds(now, forgottenAfterMs);
  }

  /** How long to wait before the object may be repaired again, in milliseconds. */
  waitMs(key: string): number {
    const { count, lastAt } = this.#of(key);
    if (count < atOnce) return 0;
    const pauseMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (count - atOnce));
    return Math.max(0, lastAt + pauseMs - this.#now());
  }

  /** How many repairs of it in a row others undid, and the last one. */
  count(key: string): number {
    return this.#of(key).count;
  }

  /** How often what others keep changing was put back, in words: `7 times`, `5 times within 4 hours`. */
  howOften(key: string): string {
    const slow = this.#isFast(key) ? undefined : this.#rounds.of(key);
    return slow ? `${slow.count} times within ${durationText(slow.withinMs)}` : `${this.count(key)} times`;
  }

  /** Whether another program keeps changing it. */
  isContested(key: string): boolean {
    return this.#isFast(key) || this.#rounds.of(key) !== undefined;
  }

  #isFast(key: string): boolean {
    return this.count(key) > atOnce;
  }

  /** When the first of the objects whose key begins so is contested no longer, in milliseconds; undefined without one. */
  calmInMs(prefix: string): number | undefined {
    const waits = this.contested(prefix).map((key) => {
      const fastUntil = this.#isFast(key) ? this.#of(key).lastAt + forgottenAfterMs : -Infinity;
      return Math.max(fastUntil, this.#rounds.of(key)?.untilMs ?? -Infinity) - this.#now();
    });
    // It is contested up to that moment, and no longer right after it.
    return waits.length > 0 ? Math.floor(Math.min(...waits)) + 1 : undefined;
  }

  /** The objects that others keep changing whose key begins so. */
  contested(prefix: string): string[] {
    const keys = new Set([...this.#repairs.keys(), ...this.#rounds.keys()]);
    return [...keys].filter((key) => key.startsWith(prefix) && this.isContested(key)).sort();
  }

  /** An object is left with these fields as others made them. */
  leave(key: string, owners: ReadonlyMap<string, string>): void {
    this.#left.set(key, owners);
  }

  /** The fields with which an object was left, by path, and who changed each. A removal leaves no other trace of itself. */
  leftOf(key: string): ReadonlyMap<string, string> {
    return this.#left.get(key) ?? new Map();
  }

  /** An object was found with these changes of others. */
  found(key: string, changes: readonly Changed[]): void {
    const before = this.#of(key);
    const since = this.#now() - undoneWithinMs;
    const isUndone = changes.some((one) => (before.putBackAt.get(idOf(one)) ?? -Infinity) >= since);
    if (isUndone && !before.isUndone) this.#repairs.set(key, { ...before, isUndone });
  }

  /** The changes that an object was found with were put back. */
  repaired(key: string, changes: readonly Changed[]): void {
    const { count, isUndone, managers, putBackAt } = this.#of(key);
    const now = this.#now();
    this.#rounds.add(key, changes);
    const goesOn = isUndone || count > atOnce;
    const known = changes.map(({ manager }) => manager).filter((manager) => manager !== unknownManager);
    const recent = [...putBackAt].filter(([, at]) => now - at <= undoneWithinMs);
    this.#repairs.set(key, {
      count: isUndone ? count + 1 : goesOn ? count : 1,
      lastAt: now,
      putBackAt: new Map([...recent, ...changes.map((one) => [idOf(one), now] as const)]),
      isUndone: false,
      managers: [...new Set([...(goesOn ? managers : []), ...known])].sort(),
    });
  }

  /** People have dealt with it: what is changed from now on is put back at once again. @param prefix of the objects' keys. */
  acknowledged(prefix: string): void {
    for (const known of [this.#repairs, this.#rounds])
      for (const key of known.keys()) if (key.startsWith(prefix)) known.delete(key);
  }

  /** Nothing of the object is put back any more, as people want it. */
  pausedObject(key: string): void {
    this.#repairs.delete(key);
    this.#rounds.delete(key);
  }

  /** Who keeps changing it; empty where nothing told. */
  managersOf(key: string): readonly string[] {
    const slow = this.#isFast(key) ? undefined : this.#rounds.of(key);
    return slow?.managers ?? this.#of(key).managers;
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
    const repairs = this.#repairs.get(key);
    if (repairs?.isUndone === true) this.#repairs.set(key, { ...repairs, isUndone: false });
  }

  /** Forgets the objects whose key begins so. */
  forget(prefix: string): void {
    for (const known of [this.#repairs, this.#rounds, this.#told, this.#left])
      for (const key of known.keys()) if (key.startsWith(prefix)) known.delete(key);
  }

  #of(key: string): Repairs {
    const repairs = this.#repairs.get(key);
    if (repairs && this.#now() - repairs.lastAt <= forgottenAfterMs) return repairs;
    this.#repairs.delete(key);
    return unrepaired;
  }
}

function durationText(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
