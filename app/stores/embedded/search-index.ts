import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { qdrantName } from '../../../contract/services/qdrant.ts';
import type { Fact, SearchIndex } from '../types.ts';
import { factTerms, queryTerms } from '../../memory/words/terms.ts';
import { Database, inTransaction } from './open-database.ts';

/** Terms are stored in the form they are searched for, so the tokenizer only has to split at blanks. */
const migrations = [
  `CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL);
   CREATE VIRTUAL TABLE IF NOT EXISTS entry USING fts5 (
     patientId UNINDEXED, factId UNINDEXED, terms, tokenize = "unicode61 tokenchars '_'"
   );
   CREATE TABLE IF NOT EXISTS known (
     patientId TEXT NOT NULL, factId TEXT NOT NULL, PRIMARY KEY (patientId, factId)
   );`,
];

const hit = z.object({ factId: z.string(), score: z.number() });

/** Search by words (BM25) in one SQLite file. */
export class EmbeddedSearchIndex implements SearchIndex {
  readonly name = qdrantName;
  readonly #database: Database;

  constructor(file: string) {
    this.#database = new Database({ file, migrations });
  }

  async connect(): Promise<void> {
    await this.id();
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  async id(): Promise<string> {
    const database = this.#database.get();
    return inTransaction(database, () => {
      const known = database.prepare('SELECT id FROM identity').get()?.['id'];
      if (typeof known === 'string') return known;
      const id = randomUUID();
      database.prepare('INSERT INTO identity (id) VALUES (?)').run(id);
      return id;
    });
  }

  async add(facts: readonly Fact[]): Promise<void> {
    const database = this.#database.get();
    const remember = database.prepare('INSERT INTO known VALUES (?, ?) ON CONFLICT DO NOTHING');
    const insert = database.prepare('INSERT INTO entry (patientId, factId, terms) VALUES (?, ?, ?)');
    inTransaction(database, () => {
      for (const { patientId, id, text } of facts) {
        if (remember.run(patientId, id).changes === 0) continue;
        insert.run(patientId, id, factTerms(text).map(encoded).join(' '));
      }
    });
  }

  async search(
    patientId: string,
    query: string,
    limit: number,
  ): Promise<{ readonly factId: string; readonly score: number }[]> {
    const terms = queryTerms(query);
    if (terms.length === 0) return [];
    return this.#database
      .get()
      .prepare(
        `SELECT factId, -bm25(entry) AS score FROM entry
         WHERE entry MATCH ? AND patientId = ? ORDER BY bm25(entry), rowid LIMIT ?`,
      )
      .all(terms.map((term) => `"${encoded(term)}"`).join(' OR '), patientId, limit)
      .map((row) => hit.parse(row));
  }
}

/** A term as one token: letters, digits and `_` stay, everything else is written as its code. */
const encoded = (term: string): string =>
  term.replace(/[^\p{L}\p{N}]/gu, (sign) => `_${sign.codePointAt(0)?.toString(36) ?? ''}_`);
