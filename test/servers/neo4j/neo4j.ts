import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { serverFolder } from '../folder.ts';
import { ownServer } from '../own-server.ts';
import { freePort, LOOPBACK } from '../ports.ts';
import { startProcess } from '../process.ts';
import { Unavailable } from '../unavailable.ts';
import { neo4jProgram } from './build.ts';

export interface Neo4jOptions {
  port?: number;
  /**
   * At least 8 characters; a random one unless given, in hex: neo4j-admin would take one that begins with `-` for an
   * option. Over a folder that has one already it has no effect.
   */
  password?: string;
  /** Kept after `stop`, so that a later start with the same folder and password finds what was written. */
  folder?: string;
  /** Compiles what is hot as well as a server does: slower to start, faster under load. */
  isForLoad?: boolean;
}

/** Java's own defaults instead of those for a short life. */
const forLoad = ['-XX:TieredStopAtLevel=4', '-Xmx1g'];

export interface Neo4jServer {
  host: string;
  port: number;
  user: string;
  password: string;
  /** Without credentials, as the driver takes it. */
  url: string;
  stop(): Promise<void>;
  /** Ends it as a crash does. @throws Unavailable where it is not ours. */
  kill(): Promise<void>;
}

/** Starts a Neo4j Community with Bolt and authentication on loopback; or answers MOORING_TEST_NEO4J_URL's. */
export async function startNeo4j({ isForLoad = false, ...options }: Neo4jOptions = {}): Promise<Neo4jServer> {
  const own = ownServer('MOORING_TEST_NEO4J_URL', options);
  if (own !== undefined) {
    const scheme = new URL(own.url).protocol;
    return {
      ...own,
      url: `${scheme}//${own.host}:${own.port}`,
      stop: () => Promise.resolve(),
      kill: () => Promise.reject(new Unavailable('A crash of Neo4j', "MOORING_TEST_NEO4J_URL's is not ours")),
    };
  }
  const program = await neo4jProgram();
  const { port = await freePort(), password = randomBytes(12).toString('hex') } = options;
  const folder = await serverFolder('neo4j', options.folder);
  const running = await startProcess({
    command: program.java,
    // The last of its arguments is the class that is run.
    args: [...program.args.toSpliced(-1, 0, ...(isForLoad ? forLoad : [])), ...[folder.path, String(port)]],
    cwd: program.cwd,
    env: { NEO4J_PASSWORD: password },
    logFile: join(folder.path, 'neo4j.log'),
    readyWhen: { logLine: /^Started\.$/m },
    timeoutMs: 180_000,
    graceMs: 60_000,
  });
  const stop = async () => {
    await running.stop();
    await folder.dispose();
  };
  const kill = async () => {
    process.kill(running.pid, 'SIGKILL');
    await running.exited;
  };
  return { host: LOOPBACK, port, user: 'neo4j', password, url: `bolt://${LOOPBACK}:${port}`, stop, kill };
}
