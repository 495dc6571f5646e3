import type { SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { turn as turnSchema, type Turn } from '../../../contract/protocol.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { IdReusedError, type Episode, type Fact, type RecordStore, type Scope } from '../types.ts';
import { Database, inTransaction } from './open-database.ts';

const migrations = [
  `CREATE TABLE IF NOT EXISTS episode (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, speaker TEXT NOT NULL, id TEXT NOT NULL,
     text TEXT NOT NULL, recordedAt TEXT NOT NULL, replyTo TEXT,
     UNIQUE (patientId, sessionId, speaker, id),
     UNIQUE (patientId, sessionId, replyTo)
   );
   CREATE TABLE IF NOT EXISTS fact (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     patientId TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, recordedAt TEXT NOT NULL,
     sourceId TEXT NOT NULL, indexedIn TEXT NOT NULL DEFAULT '',
     UNIQUE (patientId, id)
   );
   CREATE INDEX IF NOT EXISTS episode_newest ON episode (patientId, recordedAt, seq);
   CREATE INDEX IF NOT EXISTS fact_newest ON fact (patientId, recordedAt, seq);
   CREATE INDEX IF NOT EXISTS fact_index ON fact (indexedIn);`,
];

const factSchema = z.object({
  id: z.string(),
  patientId: z.string(),
  text: z.string(),
  recordedAt: z.string(),
  sourceId: z.string(),
});
const factColumns = 'id, patientId, text, recordedAt, sourceId';
const episodeColumns = 'e.id, e.speaker, e.text, e.recordedAt, e.replyTo';

type Row = Record<string, SQLOutputValue>;
const toFact = (row: Row): Fact => factSchema.parse(row);
const toTurn = ({ replyTo, ...rest }: Row): Turn =>
  turnSchema.parse({ ...rest, ...(replyTo === null ? {} : { replyTo }) });

/** The system of record in one SQLite file. A write is on the disk when its method returns. */
export class EmbeddedRecordStore implements RecordStore {
  readonly name = neo4jName;
  readonly #database: Database;

  constructor(file: string) {
    this.#database = new Database({ file, migrations });
  }

  async connect(): Promise<void> {
    this.#database.get().prepare('SELECT count(*) FROM (SELECT 1 FROM episode LIMIT 1)').get();
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  async addMessage(
    episode: Episode,
    facts: readonly Fact[],
  ): Promise<{ recordedAt: string; duplicate: boolean }> {
    return inTransaction(this.#database.get(), () => {
      const known = this.#messageOf(episode);
      if (known === undefined) {
        this.#insertEpisode(episode);
        for (const fact of facts) this.#insertFact(fact);
        return { recordedAt: episode.recordedAt, duplicate: false };
      }
      if (known.text !== episode.text) throw new IdReusedError(episode.id);
      return { recordedAt: known.recordedAt, duplicate: true };
    });
  }

  async addAnswer(episode: Episode): Promise<void> {
    this.#insertEpisode(episode);
  }

  async answerTo({ patientId, sessionId }: Scope, messageId: string): Promise<Turn | undefined> {
    const row = this.#database
      .get()
      .prepare(
        `SELECT ${episodeColumns} FROM episode e WHERE patientId = ? AND sessionId = ? AND replyTo = ?`,
      )
      .get(patientId, sessionId, messageId);
    return row === undefined ? undefined : toTurn(row);
  }

  async history({ patientId, sessionId }: Scope, limit: number): Promise<Turn[]> {
    const rows = this.#database
      .get()
      .prepare(
        `SELECT ${episodeColumns} FROM episode e
         LEFT JOIN episode m ON m.patientId = e.patientId AND m.sessionId = e.sessionId
           AND m.speaker = 'patient' AND m.id = e.replyTo
         WHERE e.patientId = ? AND e.sessionId = ?
         ORDER BY coalesce(m.seq, e.seq) DESC, e.seq DESC LIMIT ?`,
      )
      .all(patientId, sessionId, limit);
    return rows.map(toTurn).reverse();
  }

  async recent(patientId: string, limit: number): Promise<Turn[]> {
    const rows = this.#database
      .get()
      .prepare(
        `SELECT ${episodeColumns} FROM episode e WHERE patientId = ? ORDER BY recordedAt DESC, seq DESC LIMIT ?`,
      )
      .all(patientId, limit);
    return rows.map(toTurn).reverse();
  }

  async facts(patientId: string, limit: number): Promise<Fact[]> {
    return this.#database
      .get()
      .prepare(
        `SELECT ${factColumns} FROM fact WHERE patientId = ? ORDER BY recordedAt DESC, seq DESC LIMIT ?`,
      )
      .all(patientId, limit)
      .map(toFact);
  }

  async factsById(patientId: string, ids: readonly string[]): Promise<Fact[]> {
    return this.#database
      .get()
      .prepare(
        `SELECT ${factColumns} FROM fact WHERE patientId = ? AND id IN (SELECT value FROM json_each(?))`,
      )
      .all(patientId, JSON.stringify(ids))
      .map(toFact);
  }

  async unindexed(indexId: string, limit: number): Promise<Fact[]> {
    return this.#database
      .get()
      .prepare(`SELECT ${factColumns} FROM fact WHERE indexedIn <> ? ORDER BY recordedAt, seq LIMIT ?`)
      .all(indexId, limit)
      .map(toFact);
  }

  async markIndexed(indexId: string, facts: readonly Fact[]): Promise<void> {
    const database = this.#database.get();
    const mark = database.prepare('UPDATE fact SET indexedIn = ? WHERE patientId = ? AND id = ?');
    inTransaction(database, () => {
      for (const { patientId, id } of facts) mark.run(indexId, patientId, id);
    });
  }

  #messageOf({ patientId, sessionId, id }: Episode): Turn | undefined {
    const row = this.#database
      .get()
      .prepare(
        `SELECT ${episodeColumns} FROM episode e
         WHERE patientId = ? AND sessionId = ? AND speaker = 'patient' AND id = ?`,
      )
      .get(patientId, sessionId, id);
    return row === undefined ? undefined : toTurn(row);
  }

  #insertEpisode({ patientId, sessionId, speaker, id, text, recordedAt, replyTo }: Episode): void {
    this.#database
      .get()
      .prepare(
        `INSERT INTO episode (patientId, sessionId, speaker, id, text, recordedAt, replyTo)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(patientId, sessionId, speaker, id, text, recordedAt, replyTo ?? null);
  }

  #insertFact({ patientId, id, text, recordedAt, sourceId }: Fact): void {
    this.#database
      .get()
      .prepare(`INSERT INTO fact (${factColumns}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
      .run(id, patientId, text, recordedAt, sourceId);
  }
}
