import { Pace, type Rate } from '../rate.ts';

/** Which limit refused: the patient's, or this process' share of it while the processes cannot count together. */
export type RateLimit = 'patient' | 'share';

export interface TooFast {
  readonly limit: RateLimit;
  readonly retryAfterMs: number;
}

/** What is said of a message that must wait so long; none of one that may go on. */
export const tooFast = (limit: RateLimit, retryAfterMs: number): TooFast | undefined =>
  retryAfterMs === 0 ? undefined : { limit, retryAfterMs };

/** Bounds how fast each patient sends messages. */
export interface PatientRates {
  /** Counts a message. Never rejects. @returns none when it may go on. */
  take(patientId: string): Promise<TooFast | undefined>;
  close(): Promise<void>;
}

/** Counts in this process. What was not used for long enough is forgotten. */
export class LocalPaces {
  /** By patient, the one used last at the end. */
  readonly #paces = new Map<string, Pace>();

  /** @returns milliseconds until it may be tried again; 0: it may go on. */
  take(patientId: string, rate: Rate, now = performance.now()): number {
    const pace = this.#paces.get(patientId) ?? new Pace();
    this.#paces.delete(patientId);
    this.#paces.set(patientId, pace);
    const wait = pace.take(rate, now);
    for (const [id, oldest] of this.#paces) {
      if (!oldest.isFresh(now)) break;
      this.#paces.delete(id);
    }
    return wait;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#paces.size;
  }
}

/** The rates of a backend that is one process. */
export function ratesOfOneProcess(rate: Rate): PatientRates {
  const paces = new LocalPaces();
  return {
    take: (patientId) => Promise.resolve(tooFast('patient', paces.take(patientId, rate))),
    close: () => Promise.resolve(),
  };
}
