import { z } from 'zod';
import type { Turn } from '../../../contract/protocol.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { statementId, type Stated, type Statement } from '../../knowledge/statement.ts';
import { NoSuchMessageError, UnknownOutcomeError } from '../types.ts';
import type { Claim, Claimed, Episode, Fact, History, Lease, Outcome, OwedMessage } from '../types.ts';
import type {
  Position,
  RecordStore,
  Scope,
  SessionEvent,
  SessionPosition,
  Settled,
  StoredFact,
  StoredMessage,
  UnreadCount,
  UnreadMessage,
} from '../types.ts';
import { commitTogether, toEvent, toSettled, toTurn, type Entry, type EntryResult } from './commit.ts';
import { codeOf, Graph, type GraphEnv } from './graph.ts';
import { GroupCommit, type Results } from '../group-commit.ts';
import { byKey, key, messageKey, sessionKey } from './keys.ts';
import { migrate } from './migrations.ts';
import * as statements from './statements.ts';

const factSchema = z.object({
  id: z.string(),
  patientId: z.string(),
  text: z.string(),
  recordedAt: z.string(),
  sourceId: z.string(),
  place: z.number(),
});
const positionSchema = z.object({ epoch: z.string(), offset: z.number() });
const sessionPositionSchema = positionSchema.extend({ patientId: z.string(), sessionId: z.string() });
const owedSchema = z.object({
  patientId: z.string(),
  sessionId: z.string(),
  messageId: z.string(),
  text: z.string(),
});
const unreadSchema = owedSchema.extend({ recordedAt: z.string(), attempt: z.number() });
const countSchema = z.object({ inAll: z.number(), failing: z.number() });
const statementSchema = z.object({
  statement: z.object({
    ...{
      id: z.string(),
      patientId: z.string(),
      recordedAt: z.string(),
      sourceId: z.string(),
      place: z.number(),
    },
    ...{
      subject: z.string(),
      predicate: z.string(),
      object: z.string(),
      occasion: z.string(),
      value: z.string(),
    },
    ...{ validAt: z.string().optional(), ends: z.boolean(), quote: z.string() },
  }),
});
const claimSchema = z.object({
  isFree: z.boolean(),
  attempt: z.number(),
  tries: z.number(),
  state: z.string(),
});

/** How often, how far back, and how many messages are queued that a replica of an earlier version stored. */
const unmarked = { everyMs: 60_000, sinceMs: 600_000, limit: 1_000 };

/** Whose facts an index lacks, and how many of them are asked for. */
interface Lacking {
  readonly patientId: string;
  readonly indexId: string;
  readonly limit: number;
}

/** The system of record in Neo4j. */
export class Neo4jRecordStore implements RecordStore {
  readonly name = neo4jName;
  readonly #graph: Graph;
  readonly #commits: GroupCommit<Entry, EntryResult>;
  /** Reads that every turn, and every handshake, needs. */
  readonly #positions: GroupCommit<string, Position | undefined>;
  readonly #factGroups: GroupCommit<readonly string[], StoredFact[]>;
  readonly #lacking: GroupCommit<Lacking, Fact[]>;
  #isPrepared = false;
  #queuedAt = -Infinity;

  /** @param onLost told when an open connection closes. */
  constructor(env: GraphEnv, onLost?: () => void) {
    this.#graph = new Graph(env, onLost);
    const sizes = { patienceMs: env.STORE_TIMEOUT };
    this.#commits = new GroupCommit((entries) => this.#commit(entries), sizes);
    this.#positions = new GroupCommit((keys) => this.#positionsOf(keys), sizes);
    this.#factGroups = new GroupCommit((groups) => this.#factsOf(groups), sizes);
    this.#lacking = new GroupCommit((asked) => this.#unindexedOf(asked), sizes);
  }

  async connect(onWork?: (work: string) => void): Promise<void> {
    try {
      await this.#graph.write((run) => run(statements.dial));
      if (!this.#isPrepared) {
        onWork?.('Neo4j answers; its constraints and indexes are being made, or brought up to date.');
        await migrate(this.#graph);
      }
      this.#isPrepared = true;
    } catch (error) {
      // The database may be another, empty one when it is back.
      this.#isPrepared = false;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isPrepared = false;
    await this.#graph.close();
  }

  async addMessage(episode: Episode, facts: readonly Fact[], lease?: Lease): Promise<StoredMessage> {
    const entry: Entry = { type: 'message', episode, facts, ...(lease === undefined ? {} : { lease }) };
    return (await this.#commits.add(entry)) as StoredMessage;
  }

  async settle(claim: Claim, outcome: Outcome): Promise<Settled | undefined> {
    return (await this.#commits.add({ type: 'outcome', claim, outcome })) as Settled | undefined;
  }

  async oweAgain(scope: Scope, messageId: string): Promise<void> {
    await this.#graph.write((run) => run(statements.oweAgain, { key: messageKey(scope, messageId) }));
  }

  async claim(scope: Scope, messageId: string, lease: Lease): Promise<Claimed> {
    const parameters = { key: messageKey(scope, messageId), ...lease };
    const [row] = await this.#graph.write((run) => run(statements.claim, parameters));
    if (row === undefined) throw new NoSuchMessageError(messageId);
    const { isFree, attempt, tries, state } = claimSchema.parse(row);
    const { patientId, sessionId } = scope;
    if (isFree) return { state: 'claimed', claim: { patientId, sessionId, messageId, attempt, tries } };
    if (state === 'replaced') return { state };
    const outcome = await this.outcomeOf(scope, messageId);
    return outcome === undefined ? { state: 'busy' } : { state: 'settled', outcome };
  }

  async isBusy(scope: Scope, messageId: string): Promise<boolean> {
    const rows = await this.#graph.read(statements.busy, { key: messageKey(scope, messageId) });
    return rows.length > 0;
  }

  async renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]> {
    const rows = await this.#graph.write((run) =>
      run(statements.renew, { claims: claimRows(claims), leaseMs }),
    );
    const renewed = new Set(rows.map((row) => String(row['key'])));
    return claims.filter((claim) => !renewed.has(messageKey(claim, claim.messageId)));
  }

  async release(claims: readonly Claim[]): Promise<void> {
    await this.#graph.write((run) => run(statements.release, { claims: claimRows(claims) }));
  }

  async owed(limit: number): Promise<OwedMessage[]> {
    const rows = await this.#graph.read(statements.owed, { limit });
    return rows.map((row) => owedSchema.parse(row));
  }

  async outcomeOf(scope: Scope, messageId: string): Promise<Settled | undefined> {
    const [row] = await this.#graph.read(statements.outcomeOf, { key: messageKey(scope, messageId) });
    if (row === undefined) return undefined;
    return { ...toSettled(row), epoch: epochOf(row) };
  }

  async position(scope: Scope): Promise<Position | undefined> {
    return this.#positions.add(sessionKey(scope));
  }

  async positions(scopes: readonly Scope[]): Promise<SessionPosition[]> {
    const rows = await this.#graph.read(statements.positions, { sessionKeys: scopes.map(sessionKey) });
    return rows.map((row) => sessionPositionSchema.parse(row));
  }

  async events(scope: Scope, after: number, limit: number): Promise<SessionEvent[]> {
    const rows = await this.#graph.read(statements.events, { sessionKey: sessionKey(scope), after, limit });
    return rows.map((row) => ({ ...toEvent(row), epoch: epochOf(row) }));
  }

  /** The position is read first; turns that are committed meanwhile are beyond it. */
  async history(scope: Scope, limit: number): Promise<History | undefined> {
    const position = await this.position(scope);
    if (position === undefined) return undefined;
    const rows = await this.#graph.read(statements.history, { sessionKey: sessionKey(scope), limit });
    return { ...position, turns: rows.map(toTurn).filter(({ offset }) => offset <= position.offset) };
  }

  async recent(patientId: string, limit: number): Promise<Turn[]> {
    const rows = await this.#graph.read(statements.recent, { patientId, limit });
    return rows.map(toTurn);
  }

  async facts(patientId: string, limit: number): Promise<StoredFact[]> {
    return this.#facts(statements.facts, { patientId, limit });
  }

  async factsById(patientId: string, ids: readonly string[]): Promise<StoredFact[]> {
    return this.#factGroups.add(ids.map((id) => key(patientId, id)));
  }

  async takeUnread(limit: number, leaseMs: number): Promise<UnreadMessage[]> {
    await this.#queueUnmarked();
    const due = await this.#graph.read(statements.dueUnread, { limit });
    if (due.length === 0) return [];
    const keys = due.map((row) => String(row['key']));
    const rows = await this.#graph.write((run) => run(statements.takeUnread, { keys, leaseMs }));
    return rows.map((row) => unreadSchema.parse(row));
  }

  async markRead(message: UnreadMessage, stated: readonly Stated[]): Promise<void> {
    const rows = stated.map((one, part) => ({ ...one, id: statementId(message, part), part }));
    await this.#graph.write((run) => run(statements.markRead, { ...attemptOf(message), statements: rows }));
  }

  async postpone(message: UnreadMessage, ms: number): Promise<void> {
    await this.#graph.write((run) => run(statements.postpone, { ...attemptOf(message), ms }));
  }

  async unread(failingFrom: number): Promise<UnreadCount> {
    const [row] = await this.#graph.read(statements.unread, { failingFrom });
    return countSchema.parse(row);
  }

  async statements(patientId: string, limit: number): Promise<Statement[]> {
    const rows = await this.#graph.read(statements.statements, { patientId, limit });
    return rows.map((row) => statementSchema.parse(row).statement);
  }

  async claimIndexing(lease: Lease): Promise<boolean> {
    const rows = await this.#graph.write((run) => run(statements.claimIndexing, lease));
    return rows.some((row) => row['isFree'] === true);
  }

  async unindexed(indexId: string, limit: number): Promise<Fact[]> {
    return this.#facts(statements.unindexed, { indexId, limit });
  }

  async unindexedOf(patientId: string, indexId: string, limit: number): Promise<Fact[]> {
    return this.#lacking.add({ patientId, indexId, limit });
  }

  async indexed(indexId: string): Promise<number> {
    const [row] = await this.#graph.read(statements.indexed, { indexId });
    return z.object({ indexed: z.number() }).parse(row).indexed;
  }

  async markIndexed(indexId: string, facts: readonly Fact[]): Promise<void> {
    const keys = facts.map(({ patientId, id }) => key(patientId, id));
    await this.#graph.write((run) => run(statements.markIndexed, { indexId, keys }));
  }

  async #queueUnmarked(): Promise<void> {
    if (performance.now() - this.#queuedAt < unmarked.everyMs) return;
    await this.#graph.write((run) => run(statements.queueUnmarked, unmarked));
    this.#queuedAt = performance.now();
  }

  async #positionsOf(sessionKeys: readonly string[]): Promise<Results<Position | undefined>> {
    const rows = await this.#graph.read(statements.positions, { sessionKeys });
    const found = new Map(rows.map((row) => [sessionKey(sessionPositionSchema.parse(row)), row]));
    return sessionKeys.map((id) => {
      const row = found.get(id);
      return row && positionSchema.parse(row);
    });
  }

  async #factsOf(groups: readonly (readonly string[])[]): Promise<Results<StoredFact[]>> {
    const facts = await this.#facts(statements.factsById, { keys: groups.flat() });
    const found = new Map(facts.map((fact) => [key(fact.patientId, fact.id), fact]));
    return groups.map((keys) => keys.flatMap((one) => found.get(one) ?? []));
  }

  async #unindexedOf(asked: readonly Lacking[]): Promise<Results<Fact[]>> {
    const limit = Math.max(...asked.map((one) => one.limit));
    const rows = await this.#graph.read(statements.unindexedOf, { asked, limit });
    const found = Map.groupBy(rows, (row) => Number(row['at']));
    return asked.map((one, at) =>
      (found.get(at) ?? []).slice(0, one.limit).map((row) => factSchema.parse(row)),
    );
  }

  async #facts(statement: string, parameters: object): Promise<StoredFact[]> {
    const rows = await this.#graph.read(statement, parameters);
    return rows.map((row) => factSchema.parse(row));
  }

  /**
   * Commits a group; one that the database refuses, entry by entry. A commit of unknown outcome is repeated once: by the
   * message ids it finds what was stored, after waiting for the locks of a commit that is still running.
   */
  async #commit(entries: readonly Entry[]): Promise<Results<EntryResult>> {
    try {
      return await this.#together(entries);
    } catch (error) {
      if (error instanceof UnknownOutcomeError)
        return this.#together(entries).catch(() => {
          throw error;
        });
      if (entries.length === 1 || codeOf(error) === undefined) throw error;
      return Promise.all(entries.map(async (entry) => this.#alone(entry)));
    }
  }

  #together(entries: readonly Entry[]): Promise<Results<EntryResult>> {
    return this.#graph.write((run) => commitTogether(run, entries));
  }

  async #alone(entry: Entry): Promise<EntryResult | Error> {
    const [result] = await this.#commit([entry]).catch((error: unknown) => [error as Error]);
    return result;
  }
}

const epochOf = (row: Record<string, unknown>): string => z.object({ epoch: z.string() }).parse(row).epoch;

const attemptOf = (message: UnreadMessage): object => ({
  key: messageKey(message, message.messageId),
  attempt: message.attempt,
});

const claimRows = (claims: readonly Claim[]): object[] =>
  claims
    .map((claim) => ({ key: messageKey(claim, claim.messageId), attempt: claim.attempt }))
    .sort((left, right) => byKey(left.key, right.key));
