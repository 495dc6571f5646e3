import type { Cause } from '../../deploy/rollout/causes.ts';

interface Sighting {
  readonly sinceMs: number;
  readonly attempts: number | undefined;
}

/** How long each cause has lasted, and whether it was tried again meanwhile. */
export class Sightings {
  #first = new Map<string, Sighting>();

  /**
   * The first cause that has lasted longer than its patience. Of a process that tries again and again, it has failed
   * since the cause was first seen: a dial that began before its dependency was up says nothing of it.
   * @param nowMs on the monotonic clock.
   */
  settled(causes: readonly Cause[], nowMs: number): Cause | undefined {
    const seen = causes.map((cause) => ({ cause, first: this.#firstOf(cause, nowMs) }));
    this.#first = new Map(seen.map(({ cause, first }) => [keyOf(cause), first]));
    return seen.find(({ cause, first }) => isSettled(cause, first, nowMs))?.cause;
  }

  /** A process that was started again counts anew. */
  #firstOf(cause: Cause, nowMs: number): Sighting {
    const first = this.#first.get(keyOf(cause));
    const isSame = first !== undefined && (first.attempts ?? 0) <= (cause.attempts ?? 0);
    return isSame ? first : { sinceMs: nowMs, attempts: cause.attempts };
  }
}

const keyOf = ({ reason, where, dependency = '' }: Cause): string => `${reason} ${where} ${dependency}`;

const isSettled = ({ patienceMs, attempts }: Cause, first: Sighting, nowMs: number): boolean =>
  nowMs - first.sinceMs >= patienceMs && (attempts === undefined || attempts !== first.attempts);
