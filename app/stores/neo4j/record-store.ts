import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { turn as turnSchema, type Turn } from '../../../contract/protocol.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { IdReusedError, type Episode, type Fact, type RecordStore, type Scope } from '../types.ts';
import { Graph, type GraphEnv } from './graph.ts';
import * as statements from './statements.ts';

const factSchema = z.object({
  id: z.string(),
  patientId: z.string(),
  text: z.string(),
  recordedAt: z.string(),
  sourceId: z.string(),
});

const recorded = z.tuple([z.object({ text: z.string(), recordedAt: z.string(), duplicate: z.boolean() })]);

const key = (...parts: readonly string[]): string => JSON.stringify(parts);
const sessionKey = ({ patientId, sessionId }: Scope): string => key(patientId, sessionId);
const messageKey = ({ patientId, sessionId }: Scope, id: string): string =>
  key(patientId, sessionId, 'message', id);
const answerKey = ({ patientId, sessionId }: Scope, messageId: string): string =>
  key(patientId, sessionId, 'answer', messageId);

/** The system of record in Neo4j. */
export class Neo4jRecordStore implements RecordStore {
  readonly name = neo4jName;
  readonly #graph: Graph;
  #isPrepared = false;

  /** @param onLost told when an open connection closes. */
  constructor(env: GraphEnv, onLost?: () => void) {
    this.#graph = new Graph(env, onLost);
  }

  async connect(): Promise<void> {
    try {
      await this.#graph.write(statements.dial);
      if (!this.#isPrepared)
        for (const constraint of statements.constraints) await this.#graph.write(constraint);
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

  async addMessage(
    episode: Episode,
    facts: readonly Fact[],
  ): Promise<{ recordedAt: string; duplicate: boolean }> {
    const rows = await this.#graph.write(statements.addMessage, {
      ...about(episode),
      key: messageKey(episode, episode.id),
      episode,
      facts: facts.map((fact, at) => ({
        ...fact,
        key: key(fact.patientId, fact.id),
        part: at / facts.length,
      })),
      attempt: randomUUID(),
    });
    const [{ text, recordedAt, duplicate }] = recorded.parse(rows);
    if (text !== episode.text) throw new IdReusedError(episode.id);
    return { recordedAt, duplicate };
  }

  async addAnswer(episode: Episode): Promise<void> {
    const messageId = episode.replyTo ?? episode.id;
    await this.#graph.write(statements.addAnswer, {
      ...about(episode),
      key: answerKey(episode, messageId),
      messageKey: messageKey(episode, messageId),
      episode,
    });
  }

  async answerTo(scope: Scope, messageId: string): Promise<Turn | undefined> {
    const [row] = await this.#graph.read(statements.answerTo, { key: answerKey(scope, messageId) });
    return row === undefined ? undefined : toTurn(row);
  }

  async history(scope: Scope, limit: number): Promise<Turn[]> {
    const rows = await this.#graph.read(statements.history, { sessionKey: sessionKey(scope), limit });
    return rows.map(toTurn);
  }

  async recent(patientId: string, limit: number): Promise<Turn[]> {
    const rows = await this.#graph.read(statements.recent, { patientId, limit });
    return rows.map(toTurn);
  }

  async facts(patientId: string, limit: number): Promise<Fact[]> {
    return this.#facts(statements.facts, { patientId, limit });
  }

  async factsById(patientId: string, ids: readonly string[]): Promise<Fact[]> {
    return this.#facts(statements.factsById, { keys: ids.map((id) => key(patientId, id)) });
  }

  async unindexed(indexId: string, limit: number): Promise<Fact[]> {
    return this.#facts(statements.unindexed, { indexId, limit });
  }

  async markIndexed(indexId: string, facts: readonly Fact[]): Promise<void> {
    const keys = facts.map(({ patientId, id }) => key(patientId, id));
    await this.#graph.write(statements.markIndexed, { indexId, keys });
  }

  async #facts(statement: string, parameters: object): Promise<Fact[]> {
    const rows = await this.#graph.read(statement, parameters);
    return rows.map((row) => factSchema.parse(row));
  }
}

const about = (scope: Scope): object => ({
  patientId: scope.patientId,
  sessionId: scope.sessionId,
  sessionKey: sessionKey(scope),
});

const toTurn = ({ replyTo, ...rest }: Record<string, unknown>): Turn =>
  turnSchema.parse({ ...rest, ...(replyTo === null ? {} : { replyTo }) });
