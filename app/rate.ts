/** So many a second in the long run, and so many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** In whole microseconds: between two that come evenly, and how far ahead of that they may come. */
export function spacing({ perSecond, burst }: Rate): { readonly every: number; readonly ahead: number } {
  const every = Math.max(1, Math.round(1_000_000 / perSecond));
  return { every, ahead: every * burst };
}

const micros = (ms: number): number => Math.round(ms * 1_000);

/** The generic cell rate algorithm: all it keeps of the past is when the next one would come if they came evenly. */
export class Pace {
  /** In microseconds. */
  #next = 0;

  /** @returns milliseconds until it may be tried again; 0: it may go on, and is counted. */
  take(rate: Rate, nowMs = performance.now()): number {
    const now = micros(nowMs);
    const { every, ahead } = spacing(rate);
    const next = Math.min(Math.max(this.#next, now), now + ahead) + every;
    const wait = next - ahead - now;
    if (wait > 0) return Math.ceil(wait / 1_000);
    this.#next = next;
    return 0;
  }

  /** Whether all that was taken is past, so that it need not be kept. */
  isFresh(nowMs = performance.now()): boolean {
    return this.#next <= micros(nowMs);
  }
}
