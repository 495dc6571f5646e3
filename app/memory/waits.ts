/** Milliseconds that an answer waits before it does without. */
export interface Waits {
  /** For the index to be filled. */
  readonly indexMs: number;
  /** For the vectors of what was told just before; without, it is found by its words. */
  readonly vectorsMs: number;
  /** For the vector of a question; without, it is searched for by its words. */
  readonly questionMs: number;
}

export const usualWaits: Waits = { indexMs: 1_000, vectorsMs: 300, questionMs: 1_500 };
