import { neo4jName } from '../../../contract/services/neo4j.ts';
import type { Stated, Statement } from '../../knowledge/statement.ts';
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
import type { Turn } from '../../../contract/protocol.ts';
import { Thread } from './thread.ts';

/** The system of record in one SQLite file. A write is on the disk when its method returned. */
export class EmbeddedRecordStore implements RecordStore {
  readonly name = neo4jName;
  readonly #thread: Thread<'record'>;

  constructor(file: string) {
    this.#thread = new Thread('record', file);
  }

  connect(): Promise<void> {
    return this.#thread.call('connect');
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  addMessage(episode: Episode, facts: readonly Fact[], lease?: Lease): Promise<StoredMessage> {
    return this.#thread.call('addMessage', episode, facts, lease);
  }

  oweAgain(scope: Scope, messageId: string): Promise<void> {
    return this.#thread.call('oweAgain', scope, messageId);
  }

  claim(scope: Scope, messageId: string, lease: Lease): Promise<Claimed> {
    return this.#thread.call('claim', scope, messageId, lease);
  }

  isBusy(scope: Scope, messageId: string): Promise<boolean> {
    return this.#thread.call('isBusy', scope, messageId);
  }

  renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]> {
    return this.#thread.call('renew', claims, leaseMs);
  }

  release(claims: readonly Claim[]): Promise<void> {
    return this.#thread.call('release', claims);
  }

  settle(claim: Claim, outcome: Outcome): Promise<Settled | undefined> {
    return this.#thread.call('settle', claim, outcome);
  }

  owed(limit: number): Promise<OwedMessage[]> {
    return this.#thread.call('owed', limit);
  }

  outcomeOf(scope: Scope, messageId: string): Promise<Settled | undefined> {
    return this.#thread.call('outcomeOf', scope, messageId);
  }

  position(scope: Scope): Promise<Position | undefined> {
    return this.#thread.call('position', scope);
  }

  positions(scopes: readonly Scope[]): Promise<SessionPosition[]> {
    return this.#thread.call('positions', scopes);
  }

  events(scope: Scope, after: number, limit: number): Promise<SessionEvent[]> {
    return this.#thread.call('events', scope, after, limit);
  }

  history(scope: Scope, limit: number): Promise<History | undefined> {
    return this.#thread.call('history', scope, limit);
  }

  recent(patientId: string, limit: number): Promise<Turn[]> {
    return this.#thread.call('recent', patientId, limit);
  }

  facts(patientId: string, limit: number): Promise<StoredFact[]> {
    return this.#thread.call('facts', patientId, limit);
  }

  factsById(patientId: string, ids: readonly string[]): Promise<StoredFact[]> {
    return this.#thread.call('factsById', patientId, ids);
  }

  takeUnread(limit: number, leaseMs: number): Promise<UnreadMessage[]> {
    return this.#thread.call('takeUnread', limit, leaseMs);
  }

  markRead(message: UnreadMessage, stated: readonly Stated[]): Promise<void> {
    return this.#thread.call('markRead', message, stated);
  }

  postpone(message: UnreadMessage, ms: number): Promise<void> {
    return this.#thread.call('postpone', message, ms);
  }

  unread(failingFrom: number): Promise<UnreadCount> {
    return this.#thread.call('unread', failingFrom);
  }

  statements(patientId: string, limit: number): Promise<Statement[]> {
    return this.#thread.call('statements', patientId, limit);
  }

  /** One process at a time has the file. */
  async claimIndexing(): Promise<boolean> {
    return true;
  }

  unindexed(indexId: string, limit: number): Promise<Fact[]> {
    return this.#thread.call('unindexed', indexId, limit);
  }

  unindexedOf(patientId: string, indexId: string, limit: number): Promise<Fact[]> {
    return this.#thread.call('unindexedOf', patientId, indexId, limit);
  }

  indexed(indexId: string): Promise<number> {
    return this.#thread.call('indexed', indexId);
  }

  markIndexed(indexId: string, facts: readonly Fact[]): Promise<void> {
    return this.#thread.call('markIndexed', indexId, facts);
  }
}
