import { retryAfterSeconds } from '../../contract/http.ts';
import { ProblemError } from '../http/problem.ts';
import { Slots, SlotsTakenError } from '../slots.ts';

/** The connections that a process takes: so many in all, and so many of a patient. */
export class Seats {
  readonly #most: number;
  readonly #slots: Slots;

  constructor({ inAll, perPatient }: { readonly inAll: number; readonly perPatient: number }) {
    this.#most = inAll;
    this.#slots = new Slots({ inAll, perKey: perPatient, waitingPerKey: 0 });
  }

  get isFull(): boolean {
    return this.#slots.held >= this.#most;
  }

  /** @throws ProblemError SERVER_FULL. */
  check(): void {
    if (this.isFull)
      throw new ProblemError('SERVER_FULL', 'Too many are connected to this instance now.', {
        retryAfterSeconds,
      });
  }

  /**
   * @returns a function that gives the seat back, to be called once.
   * @throws ProblemError SERVER_FULL, TOO_MANY_CONNECTIONS.
   */
  async take(patientId: string): Promise<() => void> {
    return this.#slots.take(patientId).catch((cause: unknown) => {
      this.check();
      if (!(cause instanceof SlotsTakenError)) throw cause;
      throw new ProblemError('TOO_MANY_CONNECTIONS', 'This patient has too many connections open already.', {
        retryAfterSeconds,
        cause,
      });
    });
  }
}
