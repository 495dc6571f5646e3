import { readFile } from 'node:fs/promises';
import { startOperatorProcess, type OperatorProcess } from '../../apiserver/operator/operator-process.ts';
import { until } from '../../servers/poll.ts';

/** An operator of every namespace; resolves when its caches are filled. */
export async function startReady(kubeconfig: string, name: string): Promise<OperatorProcess> {
  const operator = await startOperatorProcess({
    KUBECONFIG: kubeconfig,
    POD_NAMESPACE: 'default',
    POD_NAME: name,
    LOG_LEVEL: 'error',
  });
  await until(`operator ${name}`, operator.isReady, 60_000);
  return operator;
}

/** What a process holds in memory, in MiB. */
export async function rssOf(pid: number): Promise<number> {
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
