import { turn as turnSchema, type Turn } from '../../../contract/protocol.ts';
import { redisName } from '../../../contract/services/redis.ts';
import { conversationOrder, turnKey } from '../conversation-order.ts';
import type { History, Position, Scope, SessionCache } from '../types.ts';
import { Database } from './open-database.ts';

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
  // What was cached without its position cannot be believed.
  `DELETE FROM session;
   ALTER TABLE session ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
   ALTER TABLE session ADD COLUMN "offset" INTEGER NOT NULL DEFAULT 0;`,
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
    this.#database = new Database({ file, migrations, mark: 0x4d434143, table: 'turn', mayLag: true });
    this.#ttl = ttl * 1000;
    this.#now = now;
  }

  async connect(): Promise<void> {
    this.#database.dial();
    this.#forgetSilent();
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  async addTurn(scope: Scope, position: Position, turn: Turn): Promise<boolean> {
    return this.#database.write(() => {
      this.#forgetSilent();
      const cached = this.#position(scope);
      if (cached?.epoch !== position.epoch || cached.offset < position.offset - 1) return false;
      const offset = Math.max(cached.offset, position.offset);
      this.#keep(scope, { epoch: position.epoch, offset, turns: [turn] });
      return true;
    });
  }

  async recentTurns(scope: Scope, limit: number): Promise<History | undefined> {
    this.#forgetSilent();
    const position = this.#position(scope);
    if (position === undefined) return undefined;
    const turns = conversationOrder(this.#turns(scope));
    return { ...position, turns: limit === 0 ? [] : turns.slice(-limit) };
  }

  async fill(scope: Scope, history: History): Promise<void> {
    this.#database.write(() => {
      this.#forgetSilent();
      const cached = this.#position(scope);
      if (cached?.epoch === history.epoch && cached.offset > history.offset) return;
      this.#database
        .statement('DELETE FROM session WHERE patientId = ? AND sessionId = ?')
        .run(scope.patientId, scope.sessionId);
      this.#keep(scope, history);
    });
  }

  #forgetSilent(): void {
    this.#database.statement('DELETE FROM session WHERE expiresAt <= ?').run(this.#now());
  }

  #position({ patientId, sessionId }: Scope): Position | undefined {
    const row = this.#database
      .statement('SELECT epoch, "offset" FROM session WHERE patientId = ? AND sessionId = ?')
      .get(patientId, sessionId);
    return row === undefined ? undefined : { epoch: String(row['epoch']), offset: Number(row['offset']) };
  }

  #turns({ patientId, sessionId }: Scope): Turn[] {
    return this.#database
      .statement('SELECT turn FROM turn WHERE patientId = ? AND sessionId = ? ORDER BY seq')
      .all(patientId, sessionId)
      .map(({ turn }) => turnSchema.parse(JSON.parse(String(turn))));
  }

  #keep({ patientId, sessionId }: Scope, { epoch, offset, turns }: History): void {
    this.#database
      .statement(
        `INSERT INTO session (patientId, sessionId, expiresAt, epoch, "offset") VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (patientId, sessionId) DO UPDATE SET expiresAt = excluded.expiresAt, "offset" = excluded."offset"`,
      )
      .run(patientId, sessionId, this.#now() + this.#ttl, epoch, offset);
    const insert = this.#database.statement(
      'INSERT INTO turn (patientId, sessionId, key, turn) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    for (const turn of turns) insert.run(patientId, sessionId, turnKey(turn), JSON.stringify(turn));
  }
}
