import { randomUUID } from 'node:crypto';
import type { SQLOutputValue } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { endsAsking } from '../../meaning/asking.ts';
import { termsOf } from '../../memory/recall/terms.ts';
import { indexOf } from '../../memory/recall/unindexed.ts';
import { windowsOf } from '../../memory/recall/windows.ts';
import type { Embedded, Fact, Hit, Query, Unembedded } from '../types.ts';
import { Database } from './open-database.ts';
import { packed } from '../../meaning/packed-vector.ts';
import { PatientIndex, type IndexWindow } from '../../memory/recall/patient-index.ts';

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
  // Windows with vectors, all of a patient's read at once. "embedder" is the one whose vector a window has.
  `DELETE FROM identity;
   DROP TABLE known;
   DROP TABLE entry;
   DROP TABLE patient;
   CREATE TABLE entry (patientId TEXT NOT NULL, factId TEXT NOT NULL, PRIMARY KEY (patientId, factId)) WITHOUT ROWID;
   CREATE TABLE window (
     number INTEGER PRIMARY KEY, patientId TEXT NOT NULL, factId TEXT NOT NULL, text TEXT NOT NULL, terms TEXT NOT NULL,
     asks REAL NOT NULL, language TEXT NOT NULL DEFAULT '', embedder TEXT NOT NULL DEFAULT '', step REAL, steps BLOB
   );
   CREATE INDEX window_patient ON window (patientId, number);
   CREATE INDEX window_embedder ON window (embedder, number);`,
];

/** Windows of the patients that were searched last, which are kept in memory: about 50 MB. */
const mostKept = 30_000;

/** A patient's windows with the vectors of one embedder; without its name, with none. */
interface Kept {
  readonly embedder: string;
  readonly index: PatientIndex;
}

/** The search index as methods that return at once; `EmbeddedSearchIndex` runs it in a thread of its own. */
export class IndexDatabase {
  readonly #database: Database;
  /** By patient. One with more windows than are kept of all is kept alone. */
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: mostKept,
    sizeCalculation: ({ index }) => Math.min(Math.max(index.size, 1), mostKept),
  });

  constructor(file: string) {
    this.#database = new Database({ file, migrations, mark: 0x4d494458, table: 'entry' });
  }

  connect(): void {
    this.#database.dial();
  }

  close(): void {
    this.#kept.clear();
    this.#database.close();
  }

  /** Runs `work` as one transaction; each write in it fails by itself. */
  together<T>(work: () => T): T {
    try {
      return this.#database.write(work);
    } catch (error) {
      // What is kept may have what was not written.
      this.#kept.clear();
      throw error;
    }
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

  add(facts: readonly Fact[]): void {
    this.together(() => {
      const remember = this.#database.statement('INSERT INTO entry VALUES (?, ?) ON CONFLICT DO NOTHING');
      const insert = this.#database.statement(
        'INSERT INTO window (patientId, factId, text, terms, asks) VALUES (?, ?, ?, ?, ?)',
      );
      for (const { patientId, id, text } of facts) {
        if (remember.run(patientId, id).changes === 0) continue;
        for (const window of windowsOf(text)) {
          const [terms, asks] = [termsOf(window), endsAsking(window)];
          const { lastInsertRowid } = insert.run(patientId, id, window, terms.join(' '), asks);
          const added = { factId: id, terms, asks, language: '' };
          this.#kept.peek(patientId)?.index.add(Number(lastInsertRowid), added);
        }
      }
    });
  }

  held(): number {
    return Number(this.#database.statement('SELECT count(*) AS number FROM entry').get()?.['number']);
  }

  renew(): void {
    this.together(() => this.#database.statement('DELETE FROM identity').run());
  }

  /** The newest first: what was told last is asked for first. */
  unembedded(embedder: string, limit: number): Unembedded[] {
    const newest = (range: string): Unembedded[] =>
      this.#database
        .statement(
          `SELECT number, patientId, text FROM window WHERE embedder ${range} ? ORDER BY embedder DESC, number DESC LIMIT ?`,
        )
        .all(embedder, limit)
        .map((row) => ({
          window: String(row['number']),
          patientId: String(row['patientId']),
          text: String(row['text']),
        }));
    // Two ranges instead of `<>`, since an index can seek ranges only. A window without a vector has the lowest one.
    const below = newest('<');
    return below.length > 0 ? below : newest('>');
  }

  hasMeaningsOfOthers(embedder: string): boolean {
    const one = `SELECT 1 FROM window WHERE embedder > '' AND embedder < :embedder
      UNION ALL SELECT 1 FROM window WHERE embedder > :embedder LIMIT 1`;
    return this.#database.statement(one).get({ embedder }) !== undefined;
  }

  addMeanings(embedder: string, embedded: readonly Embedded[]): void {
    this.together(() => {
      const update = this.#database.statement(
        'UPDATE window SET embedder = ?, step = ?, steps = ?, asks = coalesce(?, asks), language = ? WHERE number = ?',
      );
      for (const { window, patientId, meaning } of embedded) {
        const vector = packed(meaning.vector);
        const { asks = null, language } = meaning;
        update.run(embedder, vector.step, vector.steps, asks, language, Number(window));
        const kept = this.#kept.peek(patientId);
        if (kept?.embedder === embedder)
          kept.index.embed(Number(window), { vector, language, ...(asks === null ? {} : { asks }) });
      }
    });
  }

  search(patientId: string, { text, asked, unindexed = [], ...rest }: Query): Hit[] {
    const question = { terms: termsOf(text), vector: asked?.meaning.vector, ...rest };
    return this.#of(patientId, asked?.embedder ?? '').search(question, indexOf(unindexed));
  }

  #of(patientId: string, embedder: string): PatientIndex {
    const kept = this.#kept.get(patientId);
    const index = kept?.embedder === embedder ? kept.index : this.#read(patientId, embedder);
    // Anew each time, since it has grown.
    this.#kept.set(patientId, { embedder, index });
    return index;
  }

  #read(patientId: string, embedder: string): PatientIndex {
    const index = new PatientIndex();
    const rows = this.#database.statement('SELECT * FROM window WHERE patientId = ? ORDER BY number');
    for (const row of rows.all(patientId)) index.add(Number(row['number']), toWindow(row, embedder));
    return index;
  }
}

function toWindow(row: Record<string, SQLOutputValue>, embedder: string): IndexWindow {
  const { step, steps } = row;
  return {
    factId: String(row['factId']),
    terms: String(row['terms']).split(' '),
    asks: Number(row['asks']),
    language: String(row['language']),
    vector:
      row['embedder'] === embedder && steps instanceof Uint8Array
        ? { step: Number(step), steps: new Int8Array(steps.buffer, steps.byteOffset, steps.length) }
        : undefined,
  };
}
