import { firstLine } from '../../dial/client-errors.ts';
import type { Logger } from '../observability/logger.ts';
import { messageKey } from '../message-key.ts';
import type { Answer, Memory } from '../memory/types.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Scope } from '../stores/types.ts';

export interface Message {
  readonly id: string;
  readonly text: string;
}

/** Receives one answer. */
export interface Listener {
  delta(text: string): void;
  done(answer: Answer): void;
  failed(): void;
}

/** One answer in progress. It outlives the connection that asked, so that it is stored even if that closes. */
export class RunningAnswer {
  readonly ended: Promise<void>;
  readonly #make: () => AsyncGenerator<string, Answer>;
  readonly #listeners = new Set<Listener>();
  readonly #end: () => void;
  readonly #failed: (error: unknown) => void;
  #begun = false;
  #text = '';
  #tellEnd: ((listener: Listener) => void) | undefined;

  constructor(make: () => AsyncGenerator<string, Answer>, failed: (error: unknown) => void) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.ended = promise;
    this.#end = () => resolve(undefined);
    this.#make = make;
    this.#failed = failed;
  }

  /** Receives the answer from its beginning, at any time. */
  join(listener: Listener): void {
    if (this.#text !== '') listener.delta(this.#text);
    if (this.#tellEnd) this.#tellEnd(listener);
    else this.#listeners.add(listener);
  }

  /** Starts the answer unless it has started. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      const answer = await this.#stream();
      this.#tellEnd = (listener) => listener.done(answer);
    } catch (error) {
      this.#failed(error);
      this.#tellEnd = (listener) => listener.failed();
    }
    this.#listeners.forEach(this.#tellEnd);
    this.#end();
  }

  async #stream(): Promise<Answer> {
    const pieces = this.#make();
    for (;;) {
      const next = await pieces.next();
      if (next.done) return next.value;
      if (next.value === '') continue;
      this.#text += next.value;
      for (const listener of this.#listeners) listener.delta(next.value);
    }
  }
}

/** The answers in progress in this process, so that no message is answered twice at the same time. */
export class Answers {
  readonly #running = new Map<string, RunningAnswer>();
  readonly #abort = new AbortController();
  readonly #parts: { readonly memory: Memory; readonly metrics: Metrics; readonly log: Logger };

  constructor(parts: { memory: Memory; metrics: Metrics; log: Logger }) {
    this.#parts = parts;
  }

  /** The answer to a message while it is pending or in progress. */
  find(scope: Scope, id: string): RunningAnswer | undefined {
    return this.#running.get(messageKey(scope, id));
  }

  /** The pending answer to an accepted message; `begin` starts it. */
  claim(scope: Scope, message: Message): RunningAnswer {
    const key = messageKey(scope, message.id);
    const known = this.#running.get(key);
    if (known) return known;
    const { memory, metrics, log } = this.#parts;
    let outcome = 'done';
    const stop = metrics.answerSeconds.startTimer();
    const answer = new RunningAnswer(
      () => memory.answer(scope, message, this.#abort.signal),
      (error) => {
        outcome = 'failed';
        log.warn({ messageId: message.id, reason: firstLine(error) }, 'No answer could be made');
      },
    );
    this.#running.set(key, answer);
    void answer.ended.then(() => {
      stop({ outcome });
      this.#running.delete(key);
    });
    return answer;
  }

  /** Resolves when no answer is pending or in progress any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Aborts the answers in progress; they count as failed. */
  abort(): void {
    this.#abort.abort();
  }
}
