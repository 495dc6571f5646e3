import { randomUUID } from 'node:crypto';
import { Database, lockWaitMs } from './open-database.ts';

/** A fact as it is searched for. */
export interface Entry {
  readonly patientId: string;
  readonly factId: string;
  readonly terms: readonly string[];
}

export interface Hit {
  readonly factId: string;
  readonly score: number;
}

/** Terms are stored in the form they are searched for, so the tokenizer only has to split at blanks. */
const migrations = [
  `CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL);
   CREATE VIRTUAL TABLE IF NOT EXISTS entry USING fts5 (
     patientId UNINDEXED, factId UNINDEXED, terms, tokenize = "unicode61 tokenchars '_'"
   );
   CREATE TABLE IF NOT EXISTS known (
     patientId TEXT NOT NULL, factId TEXT NOT NULL, PRIMARY KEY (patientId, factId)
   );`,
  // The patient becomes a term too: a search then walks the entries of one patient, not those of all. The record fills
  // an index of a new identity again.
  `DELETE FROM identity;
   DELETE FROM known;
   DROP TABLE entry;
   CREATE VIRTUAL TABLE entry USING fts5 (
     patientId UNINDEXED, factId UNINDEXED, patient, terms, tokenize = "unicode61 tokenchars '_'"
   );`,
  // Each term becomes one of its patient: BM25 counts the entries that have it, and so walked those of all patients.
  `DELETE FROM identity;
   DELETE FROM known;
   DROP TABLE entry;
   CREATE TABLE patient (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
   CREATE VIRTUAL TABLE entry USING fts5 (
     patientId UNINDEXED, factId UNINDEXED, terms, tokenize = "unicode61 tokenchars '_'"
   );`,
];

/** The search index as methods that return at once; `EmbeddedSearchIndex` runs it in a thread of its own. */
export class IndexDatabase {
  readonly #database: Database;

  constructor(file: string) {
    this.#database = new Database({ file, migrations, mark: 0x4d494458, table: 'entry', waitMs: lockWaitMs });
  }

  connect(): void {
    this.#database.dial();
  }

  close(): void {
    this.#database.close();
  }

  /** Runs `work` as one transaction; each write in it fails by itself. */
  together<T>(work: () => T): T {
    return this.#database.write(work);
  }

  id(): string {
    return this.together(() => {
      const known = this.#database.statement('SELECT id FROM identity').get()?.['id'];
      if (typeof known === 'string') return known;
      const id = randomUUID();
      this.#database.statement('INSERT INTO identity (id) VALUES (?)').run(id);
      return id;
    });
  }

  add(entries: readonly Entry[]): void {
    this.together(() => {
      const remember = this.#database.statement('INSERT INTO known VALUES (?, ?) ON CONFLICT DO NOTHING');
      const insert = this.#database.statement(
        'INSERT INTO entry (patientId, factId, terms) VALUES (?, ?, ?)',
      );
      for (const { patientId, factId, terms } of entries) {
        if (remember.run(patientId, factId).changes === 0) continue;
        const number = this.#numberOf(patientId) ?? this.#newNumberOf(patientId);
        insert.run(patientId, factId, terms.map((term) => tokenOf(number, term)).join(' '));
      }
    });
  }

  search(patientId: string, terms: readonly string[], limit: number): Hit[] {
    const number = this.#numberOf(patientId);
    if (number === undefined) return [];
    return this.#database
      .statement(
        `SELECT factId, -rank AS score FROM entry
         WHERE entry MATCH ? AND patientId = ? ORDER BY rank, rowid LIMIT ?`,
      )
      .all(terms.map((term) => `"${tokenOf(number, term)}"`).join(' OR '), patientId, limit)
      .map((row) => ({ factId: String(row['factId']), score: Number(row['score']) }));
  }

  #numberOf(patientId: string): number | undefined {
    const row = this.#database.statement('SELECT number FROM patient WHERE id = ?').get(patientId);
    return row && Number(row['number']);
  }

  #newNumberOf(patientId: string): number {
    const { lastInsertRowid } = this.#database
      .statement('INSERT INTO patient (id) VALUES (?)')
      .run(patientId);
    return Number(lastInsertRowid);
  }
}

/** One token: letters, digits and `_` stay, everything else is written as its code. */
const tokenOf = (patient: number, term: string): string =>
  `${patient}_${term.replace(/[^\p{L}\p{N}]/gu, (sign) => `_${sign.codePointAt(0)?.toString(36) ?? ''}_`)}`;
