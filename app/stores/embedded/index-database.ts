import { randomUUID } from 'node:crypto';
import type { SQLOutputValue } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { endsAsking } from '../../meaning/asking.ts';
import { termsOf } from '../../memory/recall/terms.ts';
import { indexOf } from '../../memory/recall/unindexed.ts';
import { windowsOf } from '../../memory/recall/windows.ts';
import type { Embedded, Fact, Hit, MeaningsHeld, Query, Unembedded } from '../types.ts';
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
  // Vectors of each embedder beside those of the others, and what has none of it yet.
  `CREATE TABLE embedder (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, isWhole INTEGER NOT NULL DEFAULT 0);
   CREATE TABLE meaning (
     embedder INTEGER NOT NULL, window INTEGER NOT NULL, step REAL NOT NULL, steps BLOB NOT NULL,
     PRIMARY KEY (embedder, window)
   ) WITHOUT ROWID;
   CREATE TABLE pending (
     embedder INTEGER NOT NULL, window INTEGER NOT NULL, PRIMARY KEY (embedder, window)
   ) WITHOUT ROWID;
   INSERT INTO embedder (id) SELECT DISTINCT embedder FROM window WHERE embedder <> '';
   INSERT INTO meaning SELECT e.number, w.number, w.step, w.steps FROM window w JOIN embedder e ON e.id = w.embedder;
   INSERT INTO pending SELECT e.number, w.number FROM embedder e JOIN window w ON w.embedder <> e.id;
   UPDATE embedder SET isWhole = 1 WHERE number NOT IN (SELECT embedder FROM pending);
   ALTER TABLE window RENAME TO window_before;
   CREATE TABLE window (
     number INTEGER PRIMARY KEY, patientId TEXT NOT NULL, factId TEXT NOT NULL, text TEXT NOT NULL, terms TEXT NOT NULL,
     asks REAL NOT NULL, language TEXT NOT NULL DEFAULT ''
   );
   INSERT INTO window SELECT number, patientId, factId, text, terms, asks, language FROM window_before;
   DROP TABLE window_before;
   CREATE INDEX window_patient ON window (patientId, number);`,
];

/** Rows that are dropped while searches wait. */
const mostDropped = 1_000;

/** Windows of the patients that were searched last, which are kept in memory: about 50 MB. */
const mostKept = 30_000;

/** A patient's windows with the vectors of one embedder; without its name, with none. */
interface Kept {
  readonly embedder: string;
  readonly index: PatientIndex;
}

/** The search index as methods that return at once; `EmbeddedSearchIndex` runs it in a thread of its own. */
export class IndexDatabase {
  /** What writes nothing, but the first `id`. */
  readonly reads = ['id', 'held', 'meaningsHeld', 'search'] satisfies readonly (keyof IndexDatabase)[];
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
    const known = this.#database.statement('SELECT id FROM identity').get()?.['id'];
    if (typeof known === 'string') return known;
    const id = randomUUID();
    this.together(() => this.#database.statement('INSERT INTO identity (id) VALUES (?)').run(id));
    return id;
  }

  add(facts: readonly Fact[]): void {
    this.together(() => {
      const remember = this.#database.statement('INSERT INTO entry VALUES (?, ?) ON CONFLICT DO NOTHING');
      const insert = this.#database.statement(
        'INSERT INTO window (patientId, factId, text, terms, asks) VALUES (?, ?, ?, ?, ?)',
      );
      const lack = this.#database.statement('INSERT INTO pending SELECT number, ? FROM embedder');
      for (const { patientId, id, text } of facts) {
        if (remember.run(patientId, id).changes === 0) continue;
        for (const window of windowsOf(text)) {
          const [terms, asks] = [termsOf(window), endsAsking(window)];
          const { lastInsertRowid } = insert.run(patientId, id, window, terms.join(' '), asks);
          lack.run(lastInsertRowid);
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
    return this.#database
      .statement(
        `SELECT w.number, w.patientId, w.text FROM pending p JOIN window w ON w.number = p.window
         WHERE p.embedder = ? ORDER BY p.window DESC LIMIT ?`,
      )
      .all(this.#numberOf(embedder), limit)
      .map((row) => ({
        window: String(row['number']),
        patientId: String(row['patientId']),
        text: String(row['text']),
      }));
  }

  meaningsHeld(embedder: string): MeaningsHeld {
    const whole = this.#database.statement('SELECT id FROM embedder WHERE isWhole').all();
    const ids = whole.map(({ id }) => String(id));
    return { isWhole: ids.includes(embedder), others: ids.filter((id) => id !== embedder) };
  }

  markWhole(embedder: string): void {
    this.together(() => {
      const number = this.#numberOf(embedder);
      this.#database.statement('UPDATE embedder SET isWhole = 1 WHERE number = ?').run(number);
    });
  }

  /** Drops some of what other embedders left, once this one's vectors are whole. @returns whether there is more. */
  dropOthers(embedder: string): boolean {
    const other = this.#database.statement('SELECT number FROM embedder WHERE id <> ?').get(embedder);
    if (other === undefined || !this.meaningsHeld(embedder).isWhole) return false;
    this.together(() => {
      const number = Number(other['number']);
      const dropped = ['meaning', 'pending'].map(
        (table) =>
          this.#database
            .statement(
              `DELETE FROM ${table} WHERE embedder = :number AND window IN
                 (SELECT window FROM ${table} WHERE embedder = :number LIMIT ${mostDropped})`,
            )
            .run({ number }).changes,
      );
      if (dropped.every((rows) => rows === 0))
        this.#database.statement('DELETE FROM embedder WHERE number = ?').run(number);
    });
    return true;
  }

  addMeanings(embedder: string, embedded: readonly Embedded[]): void {
    this.together(() => {
      const number = this.#numberOf(embedder);
      const judge = this.#database.statement(
        'UPDATE window SET asks = coalesce(?, asks), language = ? WHERE number = ?',
      );
      const insert = this.#database.statement('INSERT OR REPLACE INTO meaning VALUES (?, ?, ?, ?)');
      const done = this.#database.statement('DELETE FROM pending WHERE embedder = ? AND window = ?');
      for (const { window, patientId, meaning } of embedded) {
        const vector = packed(meaning.vector);
        const { asks = null, language } = meaning;
        judge.run(asks, language, Number(window));
        insert.run(number, Number(window), vector.step, vector.steps);
        done.run(number, Number(window));
        const kept = this.#kept.peek(patientId);
        kept?.index.embed(Number(window), {
          ...(kept.embedder === embedder ? { vector } : {}),
          ...(asks === null ? {} : { asks }),
          language,
        });
      }
    });
  }

  search(patientId: string, { text, asked, unindexed = [], ...rest }: Query): Hit[] {
    const { vector, forAnswers } = asked?.meaning ?? {};
    const question = { terms: termsOf(text), vector, forAnswers, ...rest };
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
    const rows = this.#database.statement(
      `SELECT w.*, m.step, m.steps FROM window w
       LEFT JOIN meaning m ON m.embedder = (SELECT number FROM embedder WHERE id = ?) AND m.window = w.number
       WHERE w.patientId = ? ORDER BY w.number`,
    );
    for (const row of rows.all(embedder, patientId)) index.add(Number(row['number']), toWindow(row));
    return index;
  }

  /** An embedder that is new has no vectors of any window yet. */
  #numberOf(embedder: string): number {
    const known = this.#database.statement('SELECT number FROM embedder WHERE id = ?').get(embedder)?.[
      'number'
    ];
    if (known !== undefined) return Number(known);
    return this.together(() => {
      const insert = this.#database.statement('INSERT INTO embedder (id) VALUES (?)');
      const number = Number(insert.run(embedder).lastInsertRowid);
      this.#database.statement('INSERT INTO pending SELECT ?, number FROM window').run(number);
      return number;
    });
  }
}

function toWindow(row: Record<string, SQLOutputValue>): IndexWindow {
  const { step, steps } = row;
  return {
    factId: String(row['factId']),
    terms: String(row['terms']).split(' '),
    asks: Number(row['asks']),
    language: String(row['language']),
    vector:
      steps instanceof Uint8Array
        ? { step: Number(step), steps: new Int8Array(steps.buffer, steps.byteOffset, steps.length) }
        : undefined,
  };
}
