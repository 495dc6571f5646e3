import { readFile } from 'node:fs/promises';
import { startOperatorProcess, type OperatorProcess } from '../../apiserver/operator/operator-process.ts';
import { run } from '../../servers/command.ts';
import { until } from '../../servers/poll.ts';

/** Built once, in its place below the root. */
let bundle: Promise<string> | undefined;

/** The folder of the bundle that the operator's image holds. */
async function builtBundle(): Promise<string> {
  const folder = 'build/operator';
  await run(process.execPath, ['scripts/build-operator.ts', folder]);
  return folder;
}

/** An operator of every namespace, from the bundle its image holds; resolves when its caches are filled. */
export async function startReady(kubeconfig: string, name: string): Promise<OperatorProcess> {
  bundle ??= builtBundle();
  const operator = await startOperatorProcess(
    { KUBECONFIG: kubeconfig, POD_NAMESPACE: 'default', POD_NAME: name, LOG_LEVEL: 'error' },
    await bundle,
  );
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
