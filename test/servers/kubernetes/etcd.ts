import { join } from 'node:path';
import { freePort, LOOPBACK } from '../ports.ts';
import { startProcess, type RunningProcess } from '../process.ts';

/** Starts an etcd that keeps its data in `folder`. Not durable: it never syncs, since no test outlives it. */
export async function startEtcd(binary: string, folder: string): Promise<RunningProcess & { url: string }> {
  const url = `http://${LOOPBACK}:${await freePort()}`;
  const etcd = await startProcess({
    command: binary,
    args: [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      // One member has no peers; any port will do.
      `--listen-peer-urls=http://${LOOPBACK}:0`,
      '--unsafe-no-fsync',
    ],
    logFile: join(folder, 'etcd.log'),
    readyWhen: { check: async () => (await fetch(new URL('/health', url))).ok },
  });
  return { ...etcd, url };
}
