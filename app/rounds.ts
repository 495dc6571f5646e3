/** Runs `round` again and again, each time so long after the last one ended, until it is stopped. */
export class Rounds {
  readonly #round: () => Promise<void>;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param round never rejects. */
  constructor(round: () => Promise<void>, everyMs: number) {
    this.#round = round;
    this.#everyMs = everyMs;
  }

  start(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#round().then(() => this.start()), this.#everyMs).unref();
  }

  /** Runs one now, beside the others. */
  hurry(): void {
    if (!this.#isStopped) void this.#round();
  }

  /** Also while a round is running. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
