import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { serverFolder } from '../folder.ts';
import { ownServer } from '../own-server.ts';
import { freePort, LOOPBACK } from '../ports.ts';
import { startProcess } from '../process.ts';
import { pythonWith } from '../python.ts';

export interface QdrantOptions {
  port?: number;
  /** Without one, everybody may connect. */
  apiKey?: string;
  /** One that may only read, beside `apiKey`. */
  readOnlyKey?: string;
  /** Kept after `stop`, so that a later start with the same folder finds what was written. */
  folder?: string;
}

export interface QdrantServer {
  host: string;
  port: number;
  url: string;
  /** Empty if there is none. */
  apiKey: string;
  stop(): Promise<void>;
}

/** The path of the Python that has Qdrant's engine and what its stand-in server needs; made if it is not there. */
export function qdrantPython(log?: (line: string) => void): Promise<string> {
  const requirementsFile = join(import.meta.dirname, 'requirements.txt');
  return pythonWith({ what: "Qdrant's engine", name: 'qdrant-edge', version: '1.18', requirementsFile, log });
}

/**
 * Starts Qdrant's engine behind the part of its REST API that server.py speaks, on loopback; or answers the server
 * that MOORING_TEST_QDRANT_URL (and MOORING_TEST_QDRANT_API_KEY) name.
 */
export async function startQdrant(options: QdrantOptions = {}): Promise<QdrantServer> {
  const own = ownServer('MOORING_TEST_QDRANT_URL', options);
  if (own !== undefined) {
    const apiKey = process.env['MOORING_TEST_QDRANT_API_KEY'] ?? '';
    return { host: own.host, port: own.port, url: own.url, apiKey, stop: () => Promise.resolve() };
  }
  const command = await qdrantPython();
  const { port = await freePort(), apiKey = '', readOnlyKey = '' } = options;
  const folder = await serverFolder('qdrant', options.folder);
  const storage = join(folder.path, 'storage');
  await mkdir(storage, { recursive: true });
  const url = `http://${LOOPBACK}:${port}`;
  const running = await startProcess({
    command,
    // -B: no compiled files beside the sources.
    args: ['-B', join(import.meta.dirname, 'server.py')],
    // Called as the real server calls them.
    env: {
      QDRANT__SERVICE__HTTP_PORT: String(port),
      QDRANT__SERVICE__API_KEY: apiKey,
      QDRANT__SERVICE__READ_ONLY_API_KEY: readOnlyKey,
      QDRANT__STORAGE__STORAGE_PATH: storage,
    },
    logFile: join(folder.path, 'qdrant.log'),
    readyWhen: { check: async () => (await fetch(`${url}/readyz`)).ok },
  });
  const stop = async () => {
    await running.stop();
    await folder.dispose();
  };
  return { host: LOOPBACK, port, url, apiKey, stop };
}
