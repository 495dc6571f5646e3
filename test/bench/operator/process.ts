import { readFile } from 'node:fs/promises';
import {
  bundleOperator,
  startOperatorProcess,
  type OperatorProcess,
} from '../../apiserver/operator/operator-process.ts';
import { operatorVariables } from '../../../operator/env.ts';
import { installed } from '../../apiserver/operator/own-account.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { until } from '../../servers/poll.ts';

/** Built once, in its place below the root. */
let bundle: Promise<string> | undefined;

/** The folder of the bundle that the operator's image holds. */
async function builtBundle(): Promise<string> {
  const folder = 'build/operator';
  await bundleOperator(folder);
  return folder;
}

/** The account of an installed operator: its rights, and a token as a pod has one. */
export interface OwnAccount {
  readonly kubeconfig: string;
  readonly namespace: string;
}

/** Installs an operator without its pods. */
export async function ownAccount(server: ApiServer): Promise<OwnAccount> {
  const { account } = await installed(server, {});
  return { kubeconfig: (await account()).kubeconfigPath, namespace: operatorVariables.POD_NAMESPACE.default };
}

/**
 * An operator of every namespace, from the bundle its image holds; resolves when its caches are filled.
 * @param namespace where its Lease is.
 */
export async function startReady(
  { kubeconfig, namespace = 'default' }: Pick<OwnAccount, 'kubeconfig'> & Partial<OwnAccount>,
  name: string,
): Promise<OperatorProcess> {
  bundle ??= builtBundle();
  const operator = await startOperatorProcess(
    { KUBECONFIG: kubeconfig, POD_NAMESPACE: namespace, POD_NAME: name, LOG_LEVEL: 'error' },
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
