import { firstLine } from '../../dial/client-errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Answer, Memory } from '../memory/types.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Scope } from '../stores/types.ts';

export interface Message {
  readonly id: string;
  readonly text: string;
}

/** Whoever waits for an answer. */
export interface Listener {
  delta(text: string): void;
  done(answer: Answer): void;
  failed(): void;
}

/** One answer being made: it outlives the connection that asked, so that it is stored whatever happens to that. */
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

  /** Hears the answer from its beginning, however far it is. */
  join(listener: Listener): void {
    if (this.#text !== '') listener.delta(this.#text);
    if (this.#tellEnd) this.#tellEnd(listener);
    else this.#listeners.add(listener);
  }

  /** Starts making it, if nobody has yet. */
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

/** Every answer being made in this process, so that no message gets a second one at the same time. */
export class Answers {
  readonly #running = new Map<string, RunningAnswer>();
  readonly #abort = new AbortController();
  readonly #parts: { readonly memory: Memory; readonly metrics: Metrics; readonly log: Logger };

  constructor(parts: { memory: Memory; metrics: Metrics; log: Logger }) {
    this.#parts = parts;
  }

  /** The answer to a message while it is owed or being made. */
  find(scope: Scope, id: string): RunningAnswer | undefined {
    return this.#running.get(keyOf(scope, id));
  }

  /** The answer owed to an accepted message; it is made once somebody lets it begin. */
  claim(scope: Scope, message: Message): RunningAnswer {
    const key = keyOf(scope, message.id);
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

  /** Resolves when nothing is owed or being made any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Ends what is still being made; it counts as failed. */
  abort(): void {
    this.#abort.abort();
  }
}

/** Ids hold no slash. */
function keyOf({ patientId, sessionId }: Scope, id: string): string {
  return `${patientId}/${sessionId}/${id}`;
}
