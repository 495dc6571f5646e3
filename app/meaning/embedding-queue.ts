import type { Meaning, Text } from './embedder.ts';

/** Too many texts wait already. */
export class EmbeddingsBusyError extends Error {
  override readonly name = 'EmbeddingsBusyError';

  constructor(waiting: number) {
    super(`${waiting} texts already wait to be embedded.`);
  }
}

/** A text whose turn has come. */
export interface Turn {
  readonly text: Text;
  readonly resolve: (meaning: Meaning) => void;
  readonly reject: (error: unknown) => void;
}

/** Texts whose patients take turns: what one tells in an hour, or asks in a long message, holds up no other's sentence. */
class Line {
  readonly #byPatient = new Map<string, Turn[]>();

  add(turn: Turn): void {
    const { patientId } = turn.text;
    const turns = this.#byPatient.get(patientId) ?? [];
    this.#byPatient.set(patientId, turns);
    turns.push(turn);
  }

  /** The patient whose turn it was goes to the end of the map. */
  next(): Turn | undefined {
    const [first] = this.#byPatient;
    if (!first) return undefined;
    const [patientId, turns] = first;
    const turn = turns.shift();
    this.#byPatient.delete(patientId);
    if (turns.length > 0) this.#byPatient.set(patientId, turns);
    return turn;
  }
}

/** Texts that wait to be embedded, one after another, questions first. A text that waits already is embedded once. */
export class EmbeddingQueue {
  readonly #most: number;
  readonly #questions = new Line();
  readonly #others = new Line();
  readonly #pending = new Map<string, Promise<Meaning>>();
  #waiting = 0;

  /** @param most texts that may wait which are no questions. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many texts wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @throws EmbeddingsBusyError where too many wait; a question is always taken. */
  async add(text: Text): Promise<Meaning> {
    const key = JSON.stringify([text.isQuestion, text.text]);
    const known = this.#pending.get(key);
    if (known) return known;
    if (!text.isQuestion && this.#waiting >= this.#most) throw new EmbeddingsBusyError(this.#waiting);
    const { promise, resolve, reject } = Promise.withResolvers<Meaning>();
    const line = text.isQuestion ? this.#questions : this.#others;
    line.add({ text, resolve, reject });
    this.#waiting++;
    this.#pending.set(key, promise);
    const forget = (): void => void this.#pending.delete(key);
    promise.then(forget, forget);
    return promise;
  }

  /** Takes the next text out. */
  next(): Turn | undefined {
    const turn = this.#questions.next() ?? this.#others.next();
    if (turn) this.#waiting--;
    return turn;
  }
}
