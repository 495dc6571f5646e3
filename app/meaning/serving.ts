import { withTimeLimit } from '../../model/time-limit.ts';
import type { SearchIndex } from '../stores/types.ts';
import type { Embedder } from './embedder.ts';

/** Milliseconds after which an embedder that is asked whether it answers does not: it may be loading its model. */
const proofMs = 60_000;

interface Parts {
  readonly configured: Embedder;
  readonly index: SearchIndex;
  readonly warn: (what: string, error: unknown) => void;
}

/**
 * By whose vectors questions are answered: those of the configured embedder once every window had one; until then those of
 * the embedder before it, where that can still be asked. docs/adr/0021
 */
export class Serving {
  readonly configured: Embedder;
  readonly #parts: Parts;
  #former: Embedder | undefined;
  #hasLooked = false;
  #isWhole = false;
  #isRebuilding = false;
  #proving: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.configured = parts.configured;
  }

  /** The embedder before, while it serves. */
  get former(): Embedder | undefined {
    return this.#former;
  }

  get embedder(): Embedder {
    return this.#former ?? this.configured;
  }

  /** Whether what is not embedded anew is found by words only. */
  get isPartial(): boolean {
    return this.#isRebuilding && this.#former === undefined;
  }

  /** Looks once what the index has. */
  async look(): Promise<void> {
    if (this.#hasLooked) return;
    const { configured, index, warn } = this.#parts;
    const { isWhole, others } = await index.meaningsHeld(configured.id);
    if (!isWhole && others.length > 0 && (await index.unembedded(configured.id, 1)).length > 0) {
      this.#isRebuilding = true;
      this.#former = await this.#opened(others);
      warn(
        `Search by meaning is being rebuilt; meanwhile it finds ${this.#former ? 'by the vectors of the model before' : 'by words what is not embedded anew'}`,
        new Error('the vectors of the index are of another model'),
      );
    }
    this.#hasLooked = true;
  }

  /** No window lacks a vector of the configured embedder. */
  async whole(): Promise<void> {
    if (this.#isWhole) return;
    const { configured, index } = this.#parts;
    await index.markWhole(configured.id);
    // An index without a window has no vectors to be whole.
    this.#isWhole = (await index.meaningsHeld(configured.id)).isWhole;
    this.#isRebuilding = false;
    await this.#leave();
    if (this.#isWhole) await index.keepMeanings(configured.id);
  }

  /** The former embedder failed once: it may be away for good. */
  doubt(): void {
    const former = this.#former;
    if (former === undefined) return;
    this.#proving ??= this.#prove(former).finally(() => (this.#proving = undefined));
  }

  /** The former embedder is asked no more. */
  giveUp(error: unknown): void {
    void this.#leave();
    this.#parts.warn(
      'The embedding model before does not answer any more; what is not embedded anew is found by words',
      error,
    );
  }

  async close(): Promise<void> {
    await this.#leave();
    await this.configured.close();
  }

  async #leave(): Promise<void> {
    const former = this.#former;
    this.#former = undefined;
    await former?.close();
  }

  async #prove(former: Embedder): Promise<void> {
    const error = await failureOf(former);
    if (error !== undefined && this.#former === former) this.giveUp(error);
  }

  /** The first that answers. */
  async #opened(ids: readonly string[]): Promise<Embedder | undefined> {
    for (const id of ids) {
      const former = this.configured.former?.(id);
      if (former === undefined) continue;
      if ((await failureOf(former)) === undefined) return former;
      await former.close();
    }
    return undefined;
  }
}

/** Why an embedder does not answer; nothing if it does. */
async function failureOf(embedder: Embedder): Promise<unknown> {
  try {
    const asked = embedder.embed([{ text: 'hello', patientId: '', isQuestion: true }]);
    await withTimeLimit(asked, proofMs, `It took longer than ${proofMs} ms.`);
    return undefined;
  } catch (error) {
    return error;
  }
}
