import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { freePort } from '../../servers/ports.ts';
import { until } from '../../servers/poll.ts';

/** An operator as its image runs it. */
export interface OperatorProcess {
  readonly leads: () => Promise<boolean>;
  /** What its process holds in memory, in MiB. */
  readonly rssMb: () => Promise<number>;
  /** Processor time it has used, in seconds. */
  readonly cpuSeconds: () => Promise<number>;
  readonly kill: () => Promise<void>;
}

/** Resolves when it serves /readyz with 200: its caches are filled. */
export async function startOperatorProcess(kubeconfig: string, name: string): Promise<OperatorProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, ['operator/main.mjs'], {
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: 'default',
      POD_NAME: name,
      OPERATOR_PORT: String(port),
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await until(`operator ${name}`, async () => (await get('/readyz')).status === 200, 60_000);
  return {
    leads: async () => /^mooring_operator_leads 1$/m.test(await (await get('/metrics')).text()),
    rssMb: () => rssOf(child.pid ?? 0),
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    kill: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function rssOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) / 1_024);
}

/** Linux counts in hundredths of a second. */
const ticks = 100;

/** Processor time of a process, in seconds. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}
