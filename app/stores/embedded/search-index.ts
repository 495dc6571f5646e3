import { qdrantName } from '../../../contract/services/qdrant.ts';
import type { Fact, SearchIndex } from '../types.ts';
import { factTerms, queryTerms } from '../../memory/words/terms.ts';
import type { Hit } from './index-database.ts';
import { Thread } from './thread.ts';

/** Search by words (BM25) in one SQLite file. */
export class EmbeddedSearchIndex implements SearchIndex {
  readonly name = qdrantName;
  readonly #thread: Thread<'index'>;

  constructor(file: string) {
    this.#thread = new Thread('index', file);
  }

  connect(): Promise<void> {
    return this.#thread.call('connect');
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  id(): Promise<string> {
    return this.#thread.call('id');
  }

  add(facts: readonly Fact[]): Promise<void> {
    const entries = facts.map(({ patientId, id, text }) => ({
      patientId,
      factId: id,
      terms: factTerms(text),
    }));
    return this.#thread.call('add', entries);
  }

  async search(patientId: string, query: string, limit: number): Promise<Hit[]> {
    const terms = queryTerms(query);
    return terms.length === 0 ? [] : this.#thread.call('search', patientId, terms, limit);
  }
}
