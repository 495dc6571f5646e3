import { setTimeout } from 'node:timers/promises';
import neo4j, { type Driver, type RecordShape, type Session } from 'neo4j-driver';
import { hostInUrl } from '../../../model/host-in-url.ts';
import type { Env } from '../../../contract/backend-env.ts';
import { withTimeLimit } from '../../../model/time-limit.ts';
import { errorText } from '../../observability/error-text.ts';
import { UnknownOutcomeError } from '../types.ts';
import { onClosedConnection } from './closed-connections.ts';

export type GraphEnv = Pick<
  Env,
  | 'NEO4J_HOST'
  | 'NEO4J_PORT'
  | 'NEO4J_USER'
  | 'NEO4J_PASSWORD'
  | 'NEO4J_DATABASE'
  | 'NEO4J_TLS'
  | 'STORE_TIMEOUT'
>;

/** Runs a statement in a transaction. */
export type Run = <R extends RecordShape>(statement: string, parameters?: object) => Promise<R[]>;

/** How far a transaction's commit has got, over all attempts. */
interface Commit {
  isTooLate: boolean;
  isSent: boolean;
}

/** Idle milliseconds after which a connection is tested before use: the server may have restarted. */
const idleBeforeCheck = 1_000;

/** Milliseconds before another attempt. */
const retryPauses = [0, 20, 60];

/** A Neo4j database; each statement runs within STORE_TIMEOUT, unless its caller says otherwise. */
export class Graph {
  readonly #env: GraphEnv;
  readonly #onLost: () => void;
  #driver: Driver | undefined;
  #unwatch: () => void = () => undefined;

  /** @param onLost told when an open connection closes; one that the driver closes as well. */
  constructor(env: GraphEnv, onLost: () => void = () => undefined) {
    this.#env = env;
    this.#onLost = onLost;
  }

  /**
   * Runs `work` in one transaction and commits it. May run it more than once, so it must be idempotent.
   * @param timeoutMs the time limit for all of it. Default: STORE_TIMEOUT.
   * @throws UnknownOutcomeError when the transaction may have been committed; after any other error it was not.
   */
  async write<T>(work: (run: Run) => Promise<T>, timeoutMs = this.#env.STORE_TIMEOUT): Promise<T> {
    const commit: Commit = { isTooLate: false, isSent: false };
    try {
      return await this.#transact(work, timeoutMs, commit);
    } catch (error) {
      throw commit.isSent ? new UnknownOutcomeError(error) : error;
    } finally {
      commit.isTooLate = true;
    }
  }

  /** Runs one statement that only reads; its transaction is the server's own, so that it takes one round trip. */
  read<R extends RecordShape>(statement: string, parameters: object = {}): Promise<R[]> {
    const timeoutMs = this.#env.STORE_TIMEOUT;
    return this.#inSession('READ', timeoutMs, async (session) => {
      const { records } = await session.run<R>(statement, parameters, { timeout: timeoutMs });
      return records.map((record) => record.toObject());
    });
  }

  async close(): Promise<void> {
    const driver = this.#driver;
    this.#driver = undefined;
    this.#unwatch();
    await driver?.close();
  }

  async #transact<T>(work: (run: Run) => Promise<T>, timeoutMs: number, commit: Commit): Promise<T> {
    return this.#inSession('WRITE', timeoutMs, async (session) => {
      const transaction = await session.beginTransaction({ timeout: timeoutMs });
      const run: Run = async (statement, parameters) =>
        (await transaction.run(statement, parameters)).records.map((record) => record.toObject());
      try {
        const result = await work(run);
        // The caller was told that nothing was stored.
        if (commit.isTooLate) throw new Error(this.#tooLate(timeoutMs));
        commit.isSent = true;
        await transaction.commit();
        return result;
      } finally {
        await transaction.close();
      }
    });
  }

  /** Does `work` in a session, and again where that may help, within the time limit. */
  async #inSession<T>(
    mode: 'READ' | 'WRITE',
    timeoutMs: number,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const { NEO4J_DATABASE } = this.#env;
    // The driver's types declare its options as classes; it takes plain objects.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    const session = this.#connected().session({ database: NEO4J_DATABASE, defaultAccessMode: mode });
    try {
      return await withTimeLimit(
        withRetries(() => work(session)),
        timeoutMs,
        this.#tooLate(timeoutMs),
      );
    } catch (error) {
      throw new Error(errorText(error), { cause: error });
    } finally {
      // Not awaited: returning the connection may wait for a server that does not answer any more.
      session.close().catch(() => undefined);
    }
  }

  #tooLate(timeoutMs: number): string {
    const { NEO4J_HOST, NEO4J_PORT } = this.#env;
    return `Neo4j at ${NEO4J_HOST}:${NEO4J_PORT} did not answer within ${timeoutMs} ms`;
  }

  #connected(): Driver {
    if (this.#driver) return this.#driver;
    this.#unwatch = onClosedConnection(this.#env.NEO4J_PORT, () => this.#driver && this.#onLost());
    this.#driver = open(this.#env);
    return this.#driver;
  }
}

function open(env: GraphEnv): Driver {
  const host = hostInUrl(env.NEO4J_HOST);
  const auth =
    env.NEO4J_PASSWORD === undefined ? undefined : neo4j.auth.basic(env.NEO4J_USER, env.NEO4J_PASSWORD);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  return neo4j.driver(`${env.NEO4J_TLS ? 'bolt+s' : 'bolt'}://${host}:${env.NEO4J_PORT}`, auth, {
    connectionTimeout: env.STORE_TIMEOUT,
    connectionAcquisitionTimeout: env.STORE_TIMEOUT,
    connectionLivenessCheckTimeout: idleBeforeCheck,
    disableLosslessIntegers: true,
    telemetryDisabled: true,
    userAgent: 'mooring',
  });
}

/**
 * Retries after a deadlock or on a connection that was closed while idle. The driver's managed transactions wait at
 * least a second before they retry or report that a server refuses connections.
 */
async function withRetries<T>(attempt: () => Promise<T>): Promise<T> {
  for (const pause of retryPauses) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Error) || !neo4j.isRetryableError(error)) throw error;
    }
    await setTimeout(pause);
  }
  return attempt();
}

/** The database's own code of an error: it answered, and nothing was written. */
export function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof neo4j.Neo4jError && cause.code.startsWith('Neo.') ? cause.code : undefined;
}
