import type { FrameOf, MessageFrame, ServerFrame } from './frames.generated.ts';
import { timing } from './timing.ts';

interface Surroundings {
  /** Runs once after `ms`. @returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  transmit(frames: readonly MessageFrame[]): void;
  /** Milliseconds until the next try, after so many refusals in a row. */
  wait(refusals: number): number;
  /** The messages that are kept are others now. */
  changed(frames: readonly MessageFrame[]): void;
}

/**
 * Messages that are not acknowledged yet, oldest first, each once. After a refusal for the rate nothing is sent for as
 * long as the server asked, and then one message at a time, so that their order stays. What no store took is sent again
 * after a while: a store that was only slow is never told to be back.
 */
export class Outbox {
  readonly #around: Surroundings;
  readonly #kept: Map<string, MessageFrame>;
  /** Messages sent on this connection that nothing was heard about. */
  readonly #inFlight = new Set<string>();
  #isOpen = false;
  /** Ends the wait that the server asked for. */
  #hold: (() => void) | undefined;
  #oneByOne = false;
  /** What no store took: it is sent again after a wait. */
  readonly #untaken = new Set<string>();
  /** Ends that wait. */
  #retry: (() => void) | undefined;
  /** Such waits since something was stored. */
  #refusals = 0;

  constructor(unsent: readonly MessageFrame[], around: Surroundings) {
    this.#around = around;
    this.#kept = new Map(unsent.map((frame) => [frame.id, frame]));
  }

  keep(frame: MessageFrame): void {
    this.#kept.set(frame.id, frame);
    // A person does not wait.
    this.#untaken.delete(frame.id);
    this.#changed();
    this.#flush();
  }

  /** A connection was greeted: everything is sent again. */
  open(): void {
    this.#isOpen = true;
    this.sendAgain();
  }

  close(): void {
    this.#isOpen = false;
    this.#forgetRefusals();
  }

  sendAgain(): void {
    this.#forgetRefusals();
    this.#inFlight.clear();
    this.#flush();
  }

  heard(frame: ServerFrame): void {
    if (frame.type === 'ack') this.#settle(frame.id);
    // Another connection told of it: this one was closed before its acknowledgement came.
    if (frame.type === 'turn') this.#settle(frame.turn.id);
    if (frame.type === 'error' && frame.id !== undefined) this.#refused(frame.id, frame);
  }

  #settle(id: string): void {
    this.#inFlight.delete(id);
    if (!this.#kept.delete(id)) return;
    this.#forgetRefusals();
    this.#changed();
    if (this.#waiting().length === 0) this.#oneByOne = false;
    else this.#flush();
  }

  #refused(id: string, { code, retryable, retryAfterMs }: FrameOf<'error'>): void {
    // It is about the answer: the message is stored.
    if (code === 'ANSWER_FAILED') return;
    if (!retryable) return this.#settle(id);
    this.#inFlight.delete(id);
    if (code !== 'RATE_LIMITED') return this.#notTaken(id);
    this.#oneByOne = true;
    this.#hold?.();
    this.#hold = this.#around.after(retryAfterMs ?? timing.rateLimit, () => {
      this.#hold = undefined;
      this.#flush();
    });
  }

  #notTaken(id: string): void {
    this.#untaken.add(id);
    this.#retry ??= this.#around.after(this.#around.wait(this.#refusals++), () => {
      this.#retry = undefined;
      this.#untaken.clear();
      this.#flush();
    });
    this.#goOn();
  }

  #forgetRefusals(): void {
    this.#retry?.();
    this.#retry = undefined;
    this.#untaken.clear();
    this.#refusals = 0;
  }

  /** No store took the one message that was under way: those behind it are not to wait for it without a word. */
  #goOn(): void {
    if (!this.#oneByOne || this.#hold !== undefined) return;
    this.#oneByOne = false;
    this.#flush();
  }

  #flush(): void {
    if (!this.#isOpen || this.#hold !== undefined) return;
    const waiting = this.#waiting();
    const free = this.#oneByOne ? 1 - this.#inFlight.size : waiting.length;
    const next = waiting.slice(0, Math.max(0, free));
    for (const { id } of next) this.#inFlight.add(id);
    if (next.length > 0) this.#around.transmit(next);
  }

  #waiting(): MessageFrame[] {
    return [...this.#kept.values()].filter(({ id }) => !this.#inFlight.has(id) && !this.#untaken.has(id));
  }

  #changed(): void {
    this.#around.changed([...this.#kept.values()]);
  }
}
