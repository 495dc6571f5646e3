import type { RedisOptions } from 'ioredis';
import type { Env } from '../../../contract/backend-env.ts';

export type RedisEnv = Pick<
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

type Options = Omit<RedisOptions, 'replyMapping'> & { readonly host: string; readonly port: number };

/** Where Redis is, and as whom, as ioredis takes it. */
export const redisOptions = (env: RedisEnv): Options => ({
  host: env.REDIS_HOST,
  port: env.REDIS_PORT,
  db: env.REDIS_DB,
  ...(env.REDIS_USERNAME === undefined ? {} : { username: env.REDIS_USERNAME }),
  ...(env.REDIS_PASSWORD === undefined ? {} : { password: env.REDIS_PASSWORD }),
  ...(env.REDIS_TLS ? { tls: { servername: env.REDIS_HOST } } : {}),
});
