import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readyz, type Readyz } from '../../contract/http.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { startProcess } from '../servers/process.ts';

export interface AppProcess {
  /** The WebSocket of the incident. */
  readonly url: string;
  readonly ready: () => Promise<{ status: number; body: Readyz }>;
  readonly isReady: () => Promise<boolean>;
  readonly isAlive: () => Promise<boolean>;
  /** What `/readyz` says about Redis. */
  readonly whyNoRedis: () => Promise<string>;
  readonly log: () => Promise<string>;
}

/** The app in a process, on free ports and a folder of its own, which `stop` ends and removes. */
interface Launched {
  readonly port: number;
  readonly metricsPort: number;
  readonly logFile: string;
  /** Tells it to end (SIGTERM). Resolves when it is gone. */
  readonly leave: () => Promise<void>;
  /** Ends it as a crash does; `stop` still removes its folder. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the app of the folder `root` as a process of its own, which the caller stops. `env` says where its stores are,
 * `entry` what is run there: its sources, unless it was bundled.
 */
export async function launchApp(
  env: Readonly<Record<string, string>>,
  root = '.',
  entry = 'app/main.ts',
): Promise<Launched> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-incident-'));
  const [port, metricsPort] = [await freePort(), await freePort()];
  const logFile = join(folder, 'app.log');
  const app = await startProcess({
    command: process.execPath,
    args: [entry],
    cwd: root,
    env: {
      DATA_DIR: join(folder, 'chat'),
      ...env,
      HTTP_PORT: String(port),
      METRICS_PORT: String(metricsPort),
    },
    logFile,
    readyWhen: { port },
  });
  const stop = async (): Promise<void> => {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    process.kill(app.pid, signal);
    await app.exited;
  };
  return { port, metricsPort, logFile, leave: end('SIGTERM'), kill: end('SIGKILL'), stop };
}

/**
 * The app as a process of its own, on embedded Neo4j and Qdrant, with Redis expected at `redisPort` of localhost;
 * stopped when the test is over. `root` is the folder whose `app/` is run.
 */
export async function startAppProcess(redisPort: number, root = '.'): Promise<AppProcess> {
  const { port, metricsPort, logFile, stop } = await launchApp(
    {
      EMBEDDED_STORES: `${neo4jName},${qdrantName}`,
      REDIS_HOST: 'localhost',
      REDIS_PORT: String(redisPort),
    },
    root,
  );
  onTestFinished(stop);
  const ready = async (): Promise<{ status: number; body: Readyz }> => {
    const answer = await fetch(`http://${LOOPBACK}:${metricsPort}/readyz`);
    return { status: answer.status, body: readyz.parse(await answer.json()) };
  };
  return {
    url: `ws://${LOOPBACK}:${port}/ws/chat/patient%3Ademo/session%3A1769173656693`,
    ready,
    isReady: async () => (await ready()).status === 200,
    isAlive: async () => (await fetch(`http://${LOOPBACK}:${port}/healthz`)).ok,
    whyNoRedis: async () =>
      (await ready()).body.gates.find(({ name }) => name === redisName)?.lastError ?? '',
    log: () => readFile(logFile, 'utf8'),
  };
}
