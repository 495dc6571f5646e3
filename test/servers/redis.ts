import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverFolder } from './folder.ts';
import { ownServer } from './own-server.ts';
import { freePort, LOOPBACK } from './ports.ts';
import { startProcess } from './process.ts';
import { findProgram } from './programs.ts';
import { Unavailable } from './unavailable.ts';

export interface RedisOptions {
  port?: number;
  /** Without one, everybody may connect. */
  password?: string;
  /** Kept after `stop`, so that a later start with the same folder finds what was written. */
  folder?: string;
}

export interface RedisServer {
  host: string;
  port: number;
  /** Empty if there is none. */
  password: string;
  /** With the password in it, as ioredis takes it. */
  url: string;
  stop(): Promise<void>;
}

/** The path of `redis-server`; throws Unavailable, with what to do, where there is none. */
export function redisPath(): string {
  const found = findProgram('redis-server');
  if (found !== undefined) return found;
  throw new Unavailable(
    'Redis',
    'there is no `redis-server` on PATH. Install it (Debian: apt-get install redis-server; macOS: brew install redis), or point MOORING_TEST_REDIS_URL at one.',
  );
}

/** Starts a Redis with its append-only file on, on loopback; or answers the one MOORING_TEST_REDIS_URL names. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const own = ownServer('MOORING_TEST_REDIS_URL', options);
  if (own !== undefined) return { ...own, stop: () => Promise.resolve() };
  const command = redisPath();
  const { port = await freePort(), password = '' } = options;
  const folder = await serverFolder('redis', options.folder);
  const configFile = join(folder.path, 'redis.conf');
  // A file only we can read: arguments are visible to everybody on the machine.
  await writeFile(configFile, configuration(folder.path, port, password), { mode: 0o600 });
  const running = await startProcess({
    command,
    args: [configFile],
    logFile: join(folder.path, 'redis.log'),
    readyWhen: { logLine: /Ready to accept connections/ },
  });
  const stop = async () => {
    await running.stop();
    await folder.dispose();
  };
  const credentials = password === '' ? '' : `:${encodeURIComponent(password)}@`;
  return { host: LOOPBACK, port, password, url: `redis://${credentials}${LOOPBACK}:${port}`, stop };
}

function configuration(folder: string, port: number, password: string): string {
  const lines = [
    `bind ${LOOPBACK}`,
    `port ${port}`,
    `dir "${folder}"`,
    'appendonly yes',
    'save ""',
    ...(password === '' ? [] : [`requirepass ${JSON.stringify(password)}`]),
  ];
  return `${lines.join('\n')}\n`;
}
