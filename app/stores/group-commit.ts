interface Waiting<E, R> {
  readonly entry: E;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of each entry of a group, in order: its result, or the error that is its own. */
export type Results<R> = readonly (R | Error)[];

/** Most entries of one commit. */
export const mostTogether = 64;

/** What waits while a commit (or a read) runs is committed (or read) together by the next one. */
export class GroupCommit<E, R> {
  readonly #commit: (entries: readonly E[]) => Promise<Results<R>>;
  readonly #waiting: Waiting<E, R>[] = [];
  #isRunning = false;

  constructor(commit: (entries: readonly E[]) => Promise<Results<R>>) {
    this.#commit = commit;
  }

  add(entry: E): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Entries of the same tick belong together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#commitOne(this.#waiting.splice(0, mostTogether));
    this.#isRunning = false;
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
    }
  }
}
