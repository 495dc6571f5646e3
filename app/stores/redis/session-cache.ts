import type { Redis } from 'ioredis';
import { z } from 'zod';
import { turn as turnSchema, type Turn } from '../../../contract/protocol.ts';
import { redisName } from '../../../contract/services/redis.ts';
import { conversationOrder } from '../conversation-order.ts';
import type { History, Position, Scope, SessionCache } from '../types.ts';
import { sessionKey } from './keys.ts';
import { redisOptions, type RedisEnv } from './options.ts';
import { RedisConnection } from './redis-connection.ts';
import { addTurnScript, fillScript, recentTurnsScript } from './scripts.ts';

/** Recent turns in Redis, forgotten REDIS_SESSION_TTL seconds after the last one. */
export class RedisSessionCache implements SessionCache {
  readonly name = redisName;
  readonly #connection: RedisConnection;
  readonly #ttl: number;

  /** @param onLost told when an open connection closes by itself. */
  constructor(env: RedisEnv, onLost?: () => void) {
    this.#ttl = env.REDIS_SESSION_TTL;
    this.#connection = new RedisConnection(redisOptions(env), env.STORE_TIMEOUT, onLost);
  }

  /** Writes: a read-only replica and a Redis with a full disk answer PING too. */
  async connect(): Promise<void> {
    await this.#connection.run((client) => client.set('mooring:dial', '1', 'EX', this.#ttl));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async addTurn(scope: Scope, { epoch, offset }: Position, turn: Turn): Promise<boolean> {
    return (await this.#run(addTurnScript, scope, [this.#ttl, epoch, offset, JSON.stringify(turn)])) === 1;
  }

  async recentTurns(scope: Scope, limit: number): Promise<History | undefined> {
    const answer = await this.#run(recentTurnsScript, scope, []);
    if (answer === null) return undefined;
    const [epoch, offset, isCut, texts] = cachedSession.parse(answer);
    if (isCut === 1 && texts.length < limit) return undefined;
    const turns = conversationOrder(texts.map((text) => turnSchema.parse(JSON.parse(text))).reverse());
    return { epoch, offset, turns: limit === 0 ? [] : turns.slice(-limit) };
  }

  async fill(scope: Scope, { epoch, offset, turns }: History): Promise<void> {
    const texts = turns.map((turn) => JSON.stringify(turn));
    await this.#run(fillScript, scope, [this.#ttl, epoch, offset, ...texts]);
  }

  #run(script: string, scope: Scope, values: readonly (string | number)[]): Promise<unknown> {
    const { turns, position } = keysOf(scope);
    return this.#connection.run((client: Redis) => client.eval(script, 2, turns, position, ...values));
  }
}

const cachedSession = z.tuple([z.string(), z.coerce.number(), z.number(), z.array(z.string())]);

/** Release 0.1 wrote `:turns` and `:keys`, and may still do so beside this one. */
function keysOf(scope: Scope): { turns: string; position: string } {
  const session = sessionKey(scope);
  return { turns: `${session}:log`, position: `${session}:position` };
}
