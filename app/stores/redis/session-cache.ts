import type { Redis } from 'ioredis';
import type { Env } from '../../../contract/backend-env.ts';
import { turn as turnSchema, type Turn } from '../../../contract/protocol.ts';
import { redisName } from '../../../contract/services/redis.ts';
import { conversationOrder, turnKey } from '../conversation-order.ts';
import type { Scope, SessionCache } from '../types.ts';
import { RedisConnection } from './redis-connection.ts';
import { addTurnScript, fillScript } from './scripts.ts';

type RedisEnv = Pick<
  Env,
  | 'REDIS_HOST'
  | 'REDIS_PORT'
  | 'REDIS_DB'
  | 'REDIS_SESSION_TTL'
  | 'REDIS_USERNAME'
  | 'REDIS_PASSWORD'
  | 'REDIS_TLS'
  | 'STORE_TIMEOUT'
>;

/** Recent turns in Redis, forgotten REDIS_SESSION_TTL seconds after the last one. */
export class RedisSessionCache implements SessionCache {
  readonly name = redisName;
  readonly #connection: RedisConnection;
  readonly #ttl: number;

  /** @param onLost told when an open connection closes by itself. */
  constructor(env: RedisEnv, onLost?: () => void) {
    this.#ttl = env.REDIS_SESSION_TTL;
    this.#connection = new RedisConnection(
      {
        host: env.REDIS_HOST,
        port: env.REDIS_PORT,
        db: env.REDIS_DB,
        ...(env.REDIS_USERNAME === undefined ? {} : { username: env.REDIS_USERNAME }),
        ...(env.REDIS_PASSWORD === undefined ? {} : { password: env.REDIS_PASSWORD }),
        ...(env.REDIS_TLS ? { tls: { servername: env.REDIS_HOST } } : {}),
      },
      env.STORE_TIMEOUT,
      onLost,
    );
  }

  /** Writes: a read-only replica and a Redis with a full disk answer PING too. */
  async connect(): Promise<void> {
    await this.#connection.run((client) => client.set('mooring:dial', '1', 'EX', this.#ttl));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async addTurn(scope: Scope, turn: Turn): Promise<boolean> {
    const added = await this.#run(addTurnScript, scope, [turnKey(turn), JSON.stringify(turn)]);
    return added === 1;
  }

  async recentTurns(scope: Scope, limit: number): Promise<Turn[] | undefined> {
    const { turns, keys } = keysOf(scope);
    const [known, texts] = await this.#connection.run((client) =>
      Promise.all([client.scard(keys), client.lrange(turns, 0, -1)]),
    );
    // Keys without turns: the turns were evicted.
    if (known === 0 || (known > 1 && texts.length === 0)) return undefined;
    const cached = conversationOrder(texts.map((text) => turnSchema.parse(JSON.parse(text))));
    return limit === 0 ? [] : cached.slice(-limit);
  }

  async fill(scope: Scope, turns: readonly Turn[]): Promise<void> {
    await this.#run(
      fillScript,
      scope,
      turns.flatMap((turn) => [turnKey(turn), JSON.stringify(turn)]),
    );
  }

  #run(script: string, scope: Scope, values: readonly string[]): Promise<unknown> {
    const { turns, keys } = keysOf(scope);
    return this.#connection.run((client: Redis) => client.eval(script, 2, turns, keys, this.#ttl, ...values));
  }
}

/** Ids are encoded, so that an id with a separator in it cannot collide with another one. */
function keysOf({ patientId, sessionId }: Scope): { turns: string; keys: string } {
  const session = `mooring:{${encodeURIComponent(patientId)}:${encodeURIComponent(sessionId)}}`;
  return { turns: `${session}:turns`, keys: `${session}:keys` };
}
