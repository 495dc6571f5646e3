import { randomUUID } from 'node:crypto';
import type { SQLInputValue, SQLOutputValue, StatementResultingChanges } from 'node:sqlite';
import type { Certainty, Turn, UsedFact } from '../../../contract/protocol.ts';
import { statementId, type Stated, type Statement } from '../../knowledge/statement.ts';
import { IdReusedError, kindOf, NoSuchMessageError, NothingToReplaceError, numbered } from '../types.ts';
import type {
  Claim,
  Claimed,
  Episode,
  EventKind,
  Fact,
  History,
  Lease,
  NewTurn,
  Outcome,
  OwedMessage,
  Position,
  Scope,
  SessionEvent,
  SessionPosition,
  Settled,
  StoredFact,
  StoredMessage,
  UnreadCount,
  UnreadMessage,
} from '../types.ts';
import { Database } from './open-database.ts';
import { recordMigrations } from './record-migrations.ts';

/** A row as this file's own statements return it. */
type Row = Record<string, SQLOutputValue>;
type Parameters = Record<string, SQLInputValue>;

const session = 'patientId = :patientId AND sessionId = :sessionId';
const isUnread = `${session} AND messageId = :messageId AND attempt = :attempt`;
const factColumns = 'id, patientId, text, recordedAt, sourceId, place';
const turnColumns = 'id, "offset", kind, speaker, text, recordedAt, replyTo, replaces, replacedBy';
const eventColumns = `${turnColumns}, facts, degraded, certainty, attempt, (SELECT epoch FROM session WHERE ${session}) AS epoch`;
const isTurn = "kind <> 'failed'";
/** Whether the answer to a message failed, and is not being made again. */
const hasFailed = `replyTo IS NULL AND EXISTS (SELECT 1 FROM owed o WHERE o.patientId = event.patientId
  AND o.sessionId = event.sessionId AND o.messageId = event.id AND o.state = 'failed') AS hasFailed`;

/** The record as methods that return at once; `EmbeddedRecordStore` runs it in a thread of its own. */
export class RecordDatabase {
  /** What writes nothing. */
  readonly reads = [
    ...(['isBusy', 'owed', 'outcomeOf', 'position', 'positions', 'events', 'history', 'recent'] as const),
    ...(['facts', 'factsById', 'unindexed', 'unindexedOf', 'indexed', 'unread', 'statements'] as const),
  ] satisfies readonly (keyof RecordDatabase)[];
  readonly #database: Database;
  readonly #now: () => number;

  /** `now`: milliseconds since 1970; the clock leases run on. */
  constructor(file: string, now: () => number = Date.now) {
    this.#database = new Database({
      ...{ file, migrations: recordMigrations, mark: 0x4d524543, table: 'fact' },
    });
    this.#now = now;
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

  addMessage(episode: Episode, facts: readonly Fact[], lease?: Lease): StoredMessage {
    return this.together(() => {
      const known = this.#message(episode, episode.id);
      if (known !== undefined) {
        if (known.text !== episode.text) throw new IdReusedError();
        const { epoch = '' } = this.position(episode) ?? {};
        return { epoch, offset: known.offset, recordedAt: known.recordedAt, duplicate: true };
      }
      if (episode.replaces !== undefined) this.#replace(episode, episode.replaces);
      const position = this.#append(episode, { kind: kindOf(episode), turn: episode });
      for (const fact of facts) this.#insertFact(fact, position);
      this.#run(
        `INSERT INTO owed VALUES (:patientId, :sessionId, :messageId, 'owed', :attempt, :attempt, :owner, :leaseUntil)`,
        {
          ...keyOf(episode, episode.id),
          attempt: lease === undefined ? 0 : 1,
          owner: lease?.owner ?? null,
          leaseUntil: lease === undefined ? 0 : this.#now() + lease.leaseMs,
        },
      );
      this.#run(
        'INSERT INTO unread (patientId, sessionId, messageId, dueAt) VALUES (:patientId, :sessionId, :messageId, :now)',
        { ...keyOf(episode, episode.id), now: this.#now() },
      );
      const { epoch, offset } = position;
      return { epoch, offset, recordedAt: episode.recordedAt, duplicate: false };
    });
  }

  oweAgain(scope: Scope, messageId: string): void {
    this.#run(
      `UPDATE owed SET state = 'owed', tries = 0, owner = NULL, leaseUntil = 0
       WHERE ${session} AND messageId = :messageId AND state = 'failed'`,
      keyOf(scope, messageId),
    );
  }

  claim(scope: Scope, messageId: string, { owner, leaseMs }: Lease): Claimed {
    return this.together(() => {
      const key = keyOf(scope, messageId);
      const now = this.#now();
      const [row] = this.#all(
        `UPDATE owed SET attempt = attempt + 1, tries = tries + 1, owner = :owner, leaseUntil = :until
         WHERE ${session} AND messageId = :messageId AND state = 'owed' AND (owner IS :owner OR leaseUntil <= :now)
         RETURNING attempt, tries`,
        { ...key, owner, until: now + leaseMs, now },
      );
      if (row !== undefined)
        return {
          state: 'claimed',
          claim: {
            ...scopeOf(scope),
            messageId,
            attempt: Number(row['attempt']),
            tries: Number(row['tries']),
          },
        };
      const outcome = this.outcomeOf(scope, messageId);
      if (outcome !== undefined) return { state: 'settled', outcome };
      const [owed] = this.#all(
        `SELECT state FROM owed WHERE ${session} AND messageId = :messageId`,
        keyOf(scope, messageId),
      );
      if (owed === undefined) throw new NoSuchMessageError(messageId);
      return { state: owed['state'] === 'replaced' ? 'replaced' : 'busy' };
    });
  }

  isBusy(scope: Scope, messageId: string): boolean {
    return (
      this.#all(
        `SELECT 1 FROM owed WHERE ${session} AND messageId = :messageId AND state = 'owed' AND leaseUntil > :now`,
        { ...keyOf(scope, messageId), now: this.#now() },
      ).length > 0
    );
  }

  renew(claims: readonly Claim[], leaseMs: number): Claim[] {
    return this.#setLeases(claims, 'leaseUntil = :until', { until: this.#now() + leaseMs });
  }

  release(claims: readonly Claim[]): void {
    this.#setLeases(claims, 'leaseUntil = :until, tries = tries - 1', { until: 0 });
  }

  settle(claim: Claim, outcome: Outcome): Settled | undefined {
    return this.together(() => {
      const { changes } = this.#run(
        `UPDATE owed SET state = :state
         WHERE ${session} AND messageId = :messageId AND state = 'owed' AND attempt = :attempt`,
        { ...keyOf(claim, claim.messageId), state: outcome.kind, attempt: claim.attempt },
      );
      if (changes === 0) return this.outcomeOf(claim, claim.messageId);
      const ended = { ...outcome, attempt: claim.attempt };
      const { epoch, offset } = this.#append(claim, ended);
      return { ...ended, epoch, turn: numbered(outcome, offset) };
    });
  }

  owed(limit: number): OwedMessage[] {
    return this.#all(
      `SELECT o.patientId, o.sessionId, o.messageId, m.text FROM owed o
       JOIN event m ON m.patientId = o.patientId AND m.sessionId = o.sessionId
         AND m.id = o.messageId AND m.replyTo IS NULL
       WHERE o.state = 'owed' AND o.leaseUntil <= :now ORDER BY o.leaseUntil, m.place LIMIT :limit`,
      { now: this.#now(), limit },
    ).map((row) => ({
      patientId: text(row, 'patientId'),
      sessionId: text(row, 'sessionId'),
      messageId: text(row, 'messageId'),
      text: text(row, 'text'),
    }));
  }

  outcomeOf(scope: Scope, messageId: string): Settled | undefined {
    const [row] = this.#all(
      `SELECT ${eventColumns} FROM event WHERE ${session} AND replyTo = :messageId
         AND (SELECT state FROM owed WHERE ${session} AND messageId = :messageId) = kind
       ORDER BY "offset" DESC LIMIT 1`,
      keyOf(scope, messageId),
    );
    return row === undefined ? undefined : (toEvent(row) as Settled);
  }

  position(scope: Scope): Position | undefined {
    const [row] = this.#all(`SELECT epoch, last FROM session WHERE ${session}`, scopeOf(scope));
    return row === undefined ? undefined : { epoch: text(row, 'epoch'), offset: Number(row['last']) };
  }

  positions(scopes: readonly Scope[]): SessionPosition[] {
    return scopes.flatMap((scope) => {
      const position = this.position(scope);
      return position === undefined ? [] : [{ ...scopeOf(scope), ...position }];
    });
  }

  events(scope: Scope, after: number, limit: number): SessionEvent[] {
    return this.#all(
      `SELECT ${eventColumns} FROM event
       WHERE ${session} AND "offset" > :after ORDER BY "offset" LIMIT :limit`,
      { ...scopeOf(scope), after, limit },
    ).map(toEvent);
  }

  history(scope: Scope, limit: number): History | undefined {
    const position = this.position(scope);
    if (position === undefined) return undefined;
    const rows = this.#all(
      `SELECT ${turnColumns}, ${hasFailed} FROM event WHERE ${session} AND ${isTurn}
       ORDER BY messageOffset DESC, "offset" DESC LIMIT :limit`,
      { ...scopeOf(scope), limit },
    );
    return { ...position, turns: rows.map(toTurn).reverse() };
  }

  recent(patientId: string, limit: number): Turn[] {
    return this.#all(
      `SELECT ${turnColumns} FROM event WHERE patientId = :patientId AND ${isTurn} ORDER BY place DESC LIMIT :limit`,
      { patientId, limit },
    )
      .map(toTurn)
      .reverse();
  }

  facts(patientId: string, limit: number): StoredFact[] {
    return this.#all(
      `SELECT ${factColumns} FROM fact WHERE patientId = :patientId AND NOT isReplaced ORDER BY place DESC, seq DESC LIMIT :limit`,
      { patientId, limit },
    ).map(toFact);
  }

  factsById(patientId: string, ids: readonly string[]): StoredFact[] {
    return this.#all(
      `SELECT ${factColumns} FROM fact
       WHERE patientId = :patientId AND NOT isReplaced AND id IN (SELECT value FROM json_each(:ids))`,
      { patientId, ids: JSON.stringify(ids) },
    ).map(toFact);
  }

  /** Two ranges instead of `<>`, since an index can seek ranges only. */
  unindexed(indexId: string, limit: number): StoredFact[] {
    return this.#all(
      `SELECT ${factColumns} FROM fact WHERE indexedIn < :indexId OR indexedIn > :indexId ORDER BY seq LIMIT :limit`,
      { indexId, limit },
    ).map(toFact);
  }

  /** Two ranges, for the index on both columns. */
  unindexedOf(patientId: string, indexId: string, limit: number): StoredFact[] {
    return this.#all(
      `SELECT ${factColumns} FROM fact
       WHERE patientId = :patientId AND (indexedIn < :indexId OR indexedIn > :indexId) AND NOT isReplaced
       ORDER BY place DESC, seq DESC LIMIT :limit`,
      { patientId, indexId, limit },
    ).map(toFact);
  }

  indexed(indexId: string): number {
    const [row] = this.#all('SELECT count(*) AS number FROM fact WHERE indexedIn = :indexId', { indexId });
    return Number(row?.['number']);
  }

  markIndexed(indexId: string, facts: readonly Fact[]): void {
    this.together(() => {
      for (const { patientId, id } of facts)
        this.#run('UPDATE fact SET indexedIn = :indexId WHERE patientId = :patientId AND id = :id', {
          ...{ indexId, patientId, id },
        });
    });
  }

  takeUnread(limit: number, leaseMs: number): UnreadMessage[] {
    const now = this.#now();
    return this.#all(
      `UPDATE unread SET attempt = attempt + 1, dueAt = :until
       WHERE (patientId, sessionId, messageId) IN
         (SELECT patientId, sessionId, messageId FROM unread WHERE dueAt <= :now ORDER BY dueAt DESC LIMIT :limit)
       RETURNING patientId, sessionId, messageId, attempt`,
      { now, until: now + leaseMs, limit },
    ).flatMap((row) => {
      const scope = { patientId: text(row, 'patientId'), sessionId: text(row, 'sessionId') };
      const messageId = text(row, 'messageId');
      const said = this.#message(scope, messageId);
      if (said === undefined) return [];
      const attempt = Number(row['attempt']);
      return [{ ...scope, messageId, text: said.text, recordedAt: said.recordedAt, attempt }];
    });
  }

  markRead(message: UnreadMessage, stated: readonly Stated[]): void {
    this.together(() => {
      const key = keyOf(message, message.messageId);
      const { changes } = this.#run(`DELETE FROM unread WHERE ${isUnread}`, {
        ...key,
        attempt: message.attempt,
      });
      if (changes === 0) return;
      for (const [part, one] of stated.entries())
        this.#run(
          `INSERT INTO statement SELECT place, :part, patientId, :id, recordedAt, id, :stated FROM event
           WHERE ${session} AND id = :messageId AND replyTo IS NULL`,
          { ...key, part, id: statementId(message, part), stated: JSON.stringify(one) },
        );
    });
  }

  postpone(message: UnreadMessage, ms: number): void {
    this.#run(`UPDATE unread SET dueAt = :dueAt WHERE ${isUnread}`, {
      ...keyOf(message, message.messageId),
      attempt: message.attempt,
      dueAt: this.#now() + ms,
    });
  }

  unread(failingFrom: number): UnreadCount {
    const [row] = this.#all(
      'SELECT count(*) AS inAll, count(*) FILTER (WHERE attempt >= :failingFrom) AS failing FROM unread',
      { failingFrom },
    );
    return { inAll: Number(row?.['inAll']), failing: Number(row?.['failing']) };
  }

  statements(patientId: string, limit: number): Statement[] {
    return this.#all(
      `SELECT id, patientId, recordedAt, sourceId, place, stated FROM statement
       WHERE patientId = :patientId ORDER BY place DESC, part DESC LIMIT :limit`,
      { patientId, limit },
    ).map(toStatement);
  }

  /** Marks a message and its answer as replaced. */
  #replace(by: Episode, replaced: string): void {
    const key = { ...keyOf(by, replaced), by: by.id };
    const { changes } = this.#run(
      `UPDATE event SET replacedBy = :by
       WHERE ${session} AND id = :messageId AND replyTo IS NULL AND replacedBy IS NULL`,
      key,
    );
    if (changes === 0) throw new NothingToReplaceError();
    this.#run(`UPDATE event SET replacedBy = :by WHERE ${session} AND replyTo = :messageId`, key);
    this.#run(
      `UPDATE owed SET state = 'replaced' WHERE ${session} AND messageId = :messageId AND state IN ('owed', 'failed')`,
      keyOf(by, replaced),
    );
    this.#run(`DELETE FROM unread WHERE ${session} AND messageId = :messageId`, keyOf(by, replaced));
    this.#run(
      `DELETE FROM statement WHERE patientId = :patientId AND place =
         (SELECT place FROM event WHERE ${session} AND id = :messageId AND replyTo IS NULL)`,
      keyOf(by, replaced),
    );
    this.#run(
      `UPDATE fact SET isReplaced = 1 WHERE patientId = :patientId AND sourceId = :messageId AND place =
         (SELECT place FROM event WHERE ${session} AND id = :messageId AND replyTo IS NULL)`,
      keyOf(by, replaced),
    );
  }

  #message(scope: Scope, id: string): KnownMessage | undefined {
    const [row] = this.#all(
      `SELECT text, recordedAt, "offset" FROM event WHERE ${session} AND id = :messageId AND replyTo IS NULL`,
      keyOf(scope, id),
    );
    if (row === undefined) return undefined;
    return {
      text: text(row, 'text'),
      recordedAt: text(row, 'recordedAt'),
      offset: Number(row['offset']),
    };
  }

  /** Writes the next event of a session, and the session with its first one. */
  #append(scope: Scope, event: Appended): Appending {
    const [row] = this.#all(
      `INSERT INTO session VALUES (:patientId, :sessionId, :epoch, 1)
       ON CONFLICT DO UPDATE SET last = last + 1 RETURNING epoch, last`,
      { ...scopeOf(scope), epoch: randomUUID() },
    );
    if (row === undefined) throw new Error('An upsert returned no row.');
    const position = { epoch: text(row, 'epoch'), offset: Number(row['last']) };
    const { turn, kind, facts = [], degraded = null, certainty = null, attempt = null } = event;
    const message = turn.replyTo === undefined ? undefined : this.#message(scope, turn.replyTo);
    const { lastInsertRowid: place } = this.#run(
      `INSERT INTO event (patientId, sessionId, "offset", messageOffset, kind, speaker, id, text, recordedAt,
         replyTo, replaces, facts, degraded, certainty, attempt)
       VALUES (:patientId, :sessionId, :offset, :messageOffset, :kind, :speaker, :id, :text, :recordedAt,
         :replyTo, :replaces, :facts, :degraded, :certainty, :attempt)`,
      {
        ...scopeOf(scope),
        offset: position.offset,
        messageOffset: message?.offset ?? position.offset,
        kind,
        ...{ speaker: turn.speaker, id: turn.id, text: turn.text, recordedAt: turn.recordedAt },
        replyTo: turn.replyTo ?? null,
        replaces: turn.replaces ?? null,
        facts: JSON.stringify(facts),
        ...{ degraded, certainty, attempt },
      },
    );
    return { ...position, place: Number(place) };
  }

  #insertFact({ patientId, id, text: said, recordedAt, sourceId }: Fact, { place }: Appending): void {
    this.#run(
      `INSERT INTO fact (${factColumns}) VALUES (:id, :patientId, :said, :recordedAt, :sourceId, :place)
       ON CONFLICT DO NOTHING`,
      { id, patientId, said, recordedAt, sourceId, place },
    );
  }

  /** @returns the claims that are held no more. */
  #setLeases(claims: readonly Claim[], change: string, values: Parameters): Claim[] {
    return this.together(() =>
      claims.filter(
        (claim) =>
          this.#run(
            `UPDATE owed SET ${change}
             WHERE ${session} AND messageId = :messageId AND state = 'owed' AND attempt = :attempt`,
            { ...keyOf(claim, claim.messageId), attempt: claim.attempt, ...values },
          ).changes === 0,
      ),
    );
  }

  #all(sql: string, values: Parameters = {}): Row[] {
    return this.#database.statement(sql).all(values);
  }

  #run(sql: string, values: Parameters): StatementResultingChanges {
    return this.#database.statement(sql).run(values);
  }
}

interface KnownMessage {
  readonly text: string;
  readonly recordedAt: string;
  readonly offset: number;
}

/** Where an event was appended. */
interface Appending extends Position {
  readonly place: number;
}

interface Appended {
  readonly kind: EventKind;
  readonly turn: NewTurn;
  readonly facts?: readonly UsedFact[];
  readonly degraded?: string;
  readonly certainty?: Certainty;
  readonly attempt?: number;
}

const scopeOf = ({ patientId, sessionId }: Scope): { patientId: string; sessionId: string } => ({
  patientId,
  sessionId,
});
const keyOf = (scope: Scope, messageId: string): ReturnType<typeof scopeOf> & { messageId: string } => ({
  ...scopeOf(scope),
  messageId,
});

const text = (row: Row, column: string): string => String(row[column]);

const toFact = (row: Row): StoredFact => ({
  id: text(row, 'id'),
  patientId: text(row, 'patientId'),
  text: text(row, 'text'),
  recordedAt: text(row, 'recordedAt'),
  sourceId: text(row, 'sourceId'),
  place: Number(row['place']),
});

const toStatement = (row: Row): Statement => ({
  ...(JSON.parse(text(row, 'stated')) as Stated),
  patientId: text(row, 'patientId'),
  id: text(row, 'id'),
  recordedAt: text(row, 'recordedAt'),
  sourceId: text(row, 'sourceId'),
  place: Number(row['place']),
});

const toTurn = (row: Row): Turn => ({
  id: text(row, 'id'),
  offset: Number(row['offset']),
  speaker: text(row, 'speaker') as Turn['speaker'],
  text: text(row, 'text'),
  recordedAt: text(row, 'recordedAt'),
  ...present(row, 'replyTo'),
  ...present(row, 'replaces'),
  ...present(row, 'replacedBy'),
  ...(row['kind'] === 'stopped' ? { stopped: true } : {}),
  ...(row['hasFailed'] === 1 ? { failed: true } : {}),
});

const toEvent = (row: Row): SessionEvent => ({
  epoch: text(row, 'epoch'),
  kind: text(row, 'kind') as EventKind,
  turn: toTurn(row),
  facts: JSON.parse(text(row, 'facts')) as UsedFact[],
  ...present(row, 'degraded'),
  ...(present(row, 'certainty') as Pick<SessionEvent, 'certainty'>),
  ...(row['attempt'] === null ? {} : { attempt: Number(row['attempt']) }),
});

function present<K extends string>(row: Row, column: K): { readonly [key in K]?: string } {
  return row[column] === null ? {} : ({ [column]: text(row, column) } as { [key in K]: string });
}
