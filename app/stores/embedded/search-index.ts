import { qdrantName } from '../../../contract/services/qdrant.ts';
import type { Embedded, Fact, Hit, MeaningsHeld, Query, SearchIndex, Unembedded } from '../types.ts';
import { Thread } from './thread.ts';

/** Search by words and by meaning in one SQLite file. */
export class EmbeddedSearchIndex implements SearchIndex {
  readonly name = qdrantName;
  readonly #thread: Thread<'index'>;
  /** Asked for once between two dials, since each answer needs it. */
  #id: Promise<string> | undefined;

  constructor(file: string) {
    this.#thread = new Thread('index', file);
  }

  async connect(): Promise<void> {
    this.#id = undefined;
    await this.#thread.call('connect');
  }

  close(): Promise<void> {
    this.#id = undefined;
    return this.#thread.close();
  }

  id(): Promise<string> {
    this.#id ??= this.#thread.call('id').catch((error: unknown) => {
      this.#id = undefined;
      throw error;
    });
    return this.#id;
  }

  add(facts: readonly Fact[]): Promise<void> {
    return this.#thread.call('add', facts);
  }

  held(): Promise<number> {
    return this.#thread.call('held');
  }

  /** The dial proves that. */
  proveWritable(): Promise<void> {
    return this.connect();
  }

  async renew(): Promise<void> {
    await this.#thread.call('renew');
    this.#id = undefined;
  }

  /** A vector is in the row of its window: both are lost together. */
  async renewLostMeanings(): Promise<void> {
    return Promise.resolve();
  }

  unembedded(embedder: string, limit: number): Promise<Unembedded[]> {
    return this.#thread.call('unembedded', embedder, limit);
  }

  meaningsHeld(embedder: string): Promise<MeaningsHeld> {
    return this.#thread.call('meaningsHeld', embedder);
  }

  markWhole(embedder: string): Promise<void> {
    return this.#thread.call('markWhole', embedder);
  }

  /** One process uses the file: what it does not use, none does. */
  async keepMeanings(embedder: string): Promise<void> {
    while (await this.#thread.call('dropOthers', embedder));
  }

  addMeanings(embedder: string, embedded: readonly Embedded[]): Promise<void> {
    return this.#thread.call('addMeanings', embedder, embedded);
  }

  search(patientId: string, query: Query): Promise<Hit[]> {
    return this.#thread.call('search', patientId, query);
  }
}
