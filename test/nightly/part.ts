/** A long proof or measurement, cut into seeds so that what was stopped goes on where it was. */
export interface Part {
  /** One line: what it shows. */
  readonly what: string;
  /** Its seeds are 1 to this; all of them together take at most `limitMinutes` on two cores. */
  readonly seeds: number;
  /** Starts what every seed needs. Rejects with `Unavailable` where this machine cannot have it. */
  readonly start: () => Promise<Runner>;
  /** What the results of all seeds, in their order, come to. @throws where they show a fault that no seed shows alone. */
  readonly sum?: (results: readonly unknown[]) => object;
}

export interface Runner {
  /** Answers what is kept of the seed, as JSON. Rejects where the seed shows a fault. */
  readonly run: (seed: number) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** A part that takes longer is to be cut in two. */
export const limitMinutes = 40;
