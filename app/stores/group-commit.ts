interface Waiting<E, R> {
  readonly entry: E;
  /** Milliseconds, on the clock of `performance`. */
  readonly since: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of each entry of a group, in order: its result, or the error that is its own. */
export type Results<R> = readonly (R | Error)[];

/** Most entries of one commit. */
export const mostTogether = 64;

interface Sizes {
  /** Most entries of one commit. */
  readonly together?: number;
  /** Commits that run at the same time: of reads, whose order does not matter. */
  readonly atOnce?: number;
  /** Milliseconds: what has waited as long when a commit fails, fails with it. Default: all is tried. */
  readonly patienceMs?: number;
}

/** What waits while a commit (or a read) runs is committed (or read) together by the next one. */
export class GroupCommit<E, R> {
  readonly #commit: (entries: readonly E[]) => Promise<Results<R>>;
  readonly #together: number;
  readonly #atOnce: number;
  readonly #patienceMs: number;
  readonly #waiting: Waiting<E, R>[] = [];
  #running = 0;

  constructor(
    commit: (entries: readonly E[]) => Promise<Results<R>>,
    { together = mostTogether, atOnce = 1, patienceMs = Infinity }: Sizes = {},
  ) {
    this.#commit = commit;
    this.#together = together;
    this.#atOnce = atOnce;
    this.#patienceMs = patienceMs;
  }

  add(entry: E): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, since: performance.now(), resolve, reject });
      if (this.#running < this.#atOnce) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running += 1;
    // Entries of the same tick belong together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#commitOne(this.#waiting.splice(0, this.#together));
    this.#running -= 1;
  }

  async #commitOne(group: readonly Waiting<E, R>[]): Promise<void> {
    try {
      const results = await this.#commit(group.map(({ entry }) => entry));
      group.forEach(({ resolve, reject }, at) => {
        const result = results[at] as R | Error;
        if (result instanceof Error) reject(result);
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
      this.#giveUp(error);
    }
  }

  /** With a store that does not answer each group would wait for its time limit, one after the other. */
  #giveUp(cause: unknown): void {
    const late = performance.now() - this.#patienceMs;
    while (this.#waiting[0] && this.#waiting[0].since <= late)
      this.#waiting.shift()?.reject(new Error('It waited too long, and was not tried.', { cause }));
  }
}
