import type { DatabaseSync } from 'node:sqlite';
import { turn as turnSchema, type Turn } from '../../../contract/protocol.ts';
import { redisName } from '../../../contract/services/redis.ts';
import { conversationOrder, turnKey } from '../conversation-order.ts';
import type { Scope, SessionCache } from '../types.ts';
import { Database, inTransaction } from './open-database.ts';

const migrations = [
  `CREATE TABLE IF NOT EXISTS session (
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, expiresAt INTEGER NOT NULL,
     PRIMARY KEY (patientId, sessionId)
   );
   CREATE INDEX IF NOT EXISTS session_expiry ON session (expiresAt);
   CREATE TABLE IF NOT EXISTS turn (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     patientId TEXT NOT NULL, sessionId TEXT NOT NULL, key TEXT NOT NULL, turn TEXT NOT NULL,
     UNIQUE (patientId, sessionId, key),
     FOREIGN KEY (patientId, sessionId) REFERENCES session ON DELETE CASCADE
   );`,
];

export interface EmbeddedCacheOptions {
  readonly file: string;
  /** Seconds after which a silent session is forgotten. */
  readonly ttl: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Recent turns in one SQLite file, forgotten after the time to live. */
export class EmbeddedSessionCache implements SessionCache {
  readonly name = redisName;
  readonly #database: Database;
  readonly #ttl: number;
  readonly #now: () => number;

  constructor({ file, ttl, now }: EmbeddedCacheOptions) {
    this.#database = new Database({ file, migrations });
    this.#ttl = ttl * 1000;
    this.#now = now;
  }

  async connect(): Promise<void> {
    this.#living();
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  async addTurn(scope: Scope, turn: Turn): Promise<boolean> {
    const database = this.#living();
    return inTransaction(database, () => {
      if (!this.#isCached(database, scope)) return false;
      this.#keep(database, scope, [turn]);
      return true;
    });
  }

  async recentTurns(scope: Scope, limit: number): Promise<Turn[] | undefined> {
    const database = this.#living();
    if (!this.#isCached(database, scope)) return undefined;
    const turns = conversationOrder(this.#turns(database, scope));
    return limit === 0 ? [] : turns.slice(-limit);
  }

  async fill(scope: Scope, turns: readonly Turn[]): Promise<void> {
    const database = this.#living();
    inTransaction(database, () => {
      const cached = this.#turns(database, scope);
      database
        .prepare('DELETE FROM turn WHERE patientId = ? AND sessionId = ?')
        .run(scope.patientId, scope.sessionId);
      this.#keep(database, scope, [...turns, ...cached]);
    });
  }

  /** The database without the sessions whose time is over. */
  #living(): DatabaseSync {
    const database = this.#database.get();
    database.prepare('DELETE FROM session WHERE expiresAt <= ?').run(this.#now());
    return database;
  }

  #isCached(database: DatabaseSync, { patientId, sessionId }: Scope): boolean {
    const row = database
      .prepare('SELECT 1 FROM session WHERE patientId = ? AND sessionId = ?')
      .get(patientId, sessionId);
    return row !== undefined;
  }

  #turns(database: DatabaseSync, { patientId, sessionId }: Scope): Turn[] {
    return database
      .prepare('SELECT turn FROM turn WHERE patientId = ? AND sessionId = ? ORDER BY seq')
      .all(patientId, sessionId)
      .map(({ turn }) => turnSchema.parse(JSON.parse(String(turn))));
  }

  #keep(database: DatabaseSync, { patientId, sessionId }: Scope, turns: readonly Turn[]): void {
    database
      .prepare(
        `INSERT INTO session VALUES (?, ?, ?)
         ON CONFLICT (patientId, sessionId) DO UPDATE SET expiresAt = excluded.expiresAt`,
      )
      .run(patientId, sessionId, this.#now() + this.#ttl);
    const insert = database.prepare(
      'INSERT INTO turn (patientId, sessionId, key, turn) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    for (const turn of turns) insert.run(patientId, sessionId, turnKey(turn), JSON.stringify(turn));
  }
}
