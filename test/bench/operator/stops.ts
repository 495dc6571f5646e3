/** What is to be ended, the latest first. */
export class Stops {
  readonly #stops: (() => Promise<unknown>)[] = [];

  add(stop: () => Promise<unknown>): void {
    this.#stops.push(stop);
  }

  /** Has something ended by its own `stop`; answers it. */
  keep<T extends { stop(): Promise<unknown> }>(started: T): T {
    this.add(() => started.stop());
    return started;
  }

  /** Ends everything, also after one that fails; rejects then. */
  async run(): Promise<void> {
    const failed: unknown[] = [];
    for (const stop of this.#stops.splice(0).reverse())
      await stop().catch((error: unknown) => failed.push(error));
    if (failed.length > 0) throw new AggregateError(failed, 'Something could not be ended.');
  }
}
