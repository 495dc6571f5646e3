import type { ClientFrame, ServerFrame } from './frames.generated.ts';
import { timing } from './timing.ts';

type StopFrame = Extract<ClientFrame, { type: 'stop' }>;

interface Surroundings {
  /** Runs once after `ms`. @returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  transmit(frames: readonly StopFrame[]): void;
}

/**
 * Answers that a person asked to end, until they have ended. The server is asked again after a while: it may have refused
 * the frame for the rate, its stores may have been away, and what replicas tell each other may be lost.
 */
export class Stops {
  readonly #around: Surroundings;
  /** By message: how often the server may be asked once more. */
  readonly #asked = new Map<string, number>();
  #isOpen = false;
  #again: (() => void) | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  ask(id: string): void {
    this.#asked.set(id, timing.stops);
    if (!this.#isOpen) return;
    this.#around.transmit([{ type: 'stop', id }]);
    this.#again ??= this.#after();
  }

  /** The answer is wanted again. */
  forget(id: string): void {
    this.#asked.delete(id);
  }

  open(): void {
    this.#isOpen = true;
    this.#askAll();
  }

  close(): void {
    this.#isOpen = false;
    this.#again?.();
    this.#again = undefined;
  }

  heard(frame: ServerFrame): void {
    if (frame.type === 'done') this.forget(frame.id);
    const turns = frame.type === 'answer' ? [frame.turn] : frame.type === 'welcome' ? frame.history : [];
    for (const { replyTo } of turns ?? []) if (replyTo !== undefined) this.forget(replyTo);
    if (frame.type === 'error' && frame.code === 'ANSWER_FAILED' && frame.id !== undefined)
      this.forget(frame.id);
  }

  #askAll(): void {
    const ids = [...this.#asked.keys()];
    if (ids.length === 0) return;
    this.#around.transmit(ids.map((id) => ({ type: 'stop', id })));
    this.#again = this.#after();
  }

  #after(): () => void {
    return this.#around.after(timing.stopAgain, () => {
      this.#again = undefined;
      for (const [id, left] of [...this.#asked])
        if (left > 1) this.#asked.set(id, left - 1);
        else this.#asked.delete(id);
      this.#askAll();
    });
  }
}
