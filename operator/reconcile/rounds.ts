import { unknownManager, type Drift } from './resource.ts';

/** A field that others changed, and who did; the empty field of an object that was deleted. */
export type Changed = Pick<Drift, 'field' | 'manager'>;

/** So far back is counted. */
const windowMs = 24 * 3_600_000;
/** A person who edits a field now and then does so less often in this time. */
const enough = 5;
/** So many times of one field and manager are kept, and so many of them of one object. */
const mostTimes = 100;
const mostKept = 32;

/** Changes of one object that come back again and again. */
export interface Contest {
  /** How often the field that changed most often was put back. */
  readonly count: number;
  /** Between the first time and the last one. */
  readonly withinMs: number;
  readonly managers: readonly string[];
  /** When it is over, unless the change comes back, on the clock of the rounds. */
  readonly untilMs: number;
}

/**
 * When changes were put back in the last day, by object, field and manager. A program that keeps a field its way may come
 * back only each few minutes, or each hour; how soon does not tell it from a person, how often does.
 */
export class Rounds {
  readonly #times = new Map<string, ReadonlyMap<string, readonly number[]>>();
  readonly #now: () => number;
  readonly #calmMs: number;

  /** @param calmMs at least so long without the change ends a contest. */
  constructor(now: () => number, calmMs: number) {
    this.#now = now;
    this.#calmMs = calmMs;
  }

  /** The changes were put back now. */
  add(key: string, changes: readonly Changed[]): void {
    const times = new Map(this.#timesOf(key));
    for (const one of changes) {
      const known = times.get(idOf(one)) ?? [];
      // The latest is last.
      times.delete(idOf(one));
      times.set(idOf(one), [...known, this.#now()].slice(-mostTimes));
    }
    this.#times.set(key, new Map([...times].slice(-mostKept)));
  }

  /** The contest of an object that goes on. */
  of(key: string): Contest | undefined {
    const going = [...this.#timesOf(key)]
      .map(([id, times]) => ({ id, times, untilMs: this.#untilMs(times) }))
      .filter(({ times, untilMs }) => times.length >= enough && this.#now() <= untilMs)
      .sort((a, b) => b.times.length - a.times.length);
    const [most] = going;
    if (!most) return undefined;
    const managers = going.map(({ id }) => managerOf(id)).filter((manager) => manager !== unknownManager);
    return {
      count: most.times.length,
      withinMs: (most.times.at(-1) ?? 0) - (most.times[0] ?? 0),
      managers: [...new Set(managers)].sort(),
      untilMs: Math.max(...going.map(({ untilMs }) => untilMs)),
    };
  }

  keys(): string[] {
    return [...this.#times.keys()];
  }

  delete(key: string): void {
    this.#times.delete(key);
  }

  #timesOf(key: string): ReadonlyMap<string, readonly number[]> {
    const times = [...(this.#times.get(key) ?? [])].map(([id, all]) => [id, this.#counted(all)] as const);
    return new Map(times.filter(([, left]) => left.length > 0));
  }

  /** The times within a day of the last one; none where that is long ago, and the change is waited for no more. */
  #counted(all: readonly number[]): readonly number[] {
    const last = all.at(-1) ?? 0;
    const times = all.filter((at) => at >= last - windowMs);
    return this.#now() > Math.max(last + windowMs, this.#untilMs(times)) ? [] : times;
  }

  /** It may come back as late as it did before. */
  #untilMs(times: readonly number[]): number {
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
    return (times.at(-1) ?? 0) + Math.max(this.#calmMs, 2 * Math.max(0, ...gaps));
  }
}

/** No field manager's name has a tab. */
export const idOf = ({ field, manager }: Changed): string => `${manager}\t${field}`;
const managerOf = (id: string): string => id.slice(0, id.indexOf('\t'));
