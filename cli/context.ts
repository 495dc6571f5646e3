import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { fieldManager } from '../model/names.ts';
import type { Cluster } from '../kube/cluster.ts';
import { CommandError } from './fail.ts';
import type { ChangeOptions, ClusterOptions } from './options.ts';
import { note } from './output.ts';

/** The cluster a command speaks to. */
export interface Target {
  readonly cluster: Cluster;
  readonly kubeConfig: KubeConfig;
  readonly context: string;
  readonly server: string;
  /** A kind cluster on this machine: changes need no confirmation. */
  readonly isKind: boolean;
}

/**
 * The cluster that is meant: `--kubeconfig` and `--context`, else what kubectl would use.
 * @throws ClusterError NO_CONTEXT, naming the contexts there are.
 */
export async function findTarget(options: Pick<ClusterOptions, 'context' | 'kubeconfig'>): Promise<Target> {
  const { openCluster } = await import('../kube/cluster.ts');
  const cluster = openCluster(options, fieldManager);
  const { kubeConfig, context, server } = cluster.api;
  return { cluster, kubeConfig, context, server, isKind: isKind(context, server) };
}

/** kind names its contexts `kind-…` and listens on loopback; a remote cluster of such a name is not one. */
export function isKind(context: string, server: string): boolean {
  const { hostname } = new URL(server);
  return context.startsWith('kind-') && /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname);
}

/** Prints the cluster and the namespace that a command is about to change. */
export function announce({ context, server }: Target, namespace: string): void {
  note(`Context ${context} (${server}), namespace ${namespace}`);
}

/**
 * Asks before a change outside kind, unless `--yes` or `--dry-run`.
 * @param question ends with a question mark.
 * @throws CommandError NOT_CONFIRMED when the answer is no or Ctrl-D, INTERRUPTED at Ctrl-C, USAGE without a
 * terminal.
 */
export async function confirm(
  question: string,
  target: Target,
  options: Pick<ChangeOptions, 'yes' | 'dryRun'>,
): Promise<void> {
  if (target.isKind || options.yes || options.dryRun) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandError(
      'USAGE',
      `${target.context} is not a kind cluster, and there is no terminal to ask on. Say --yes if you mean it.`,
    );
  const answer = await asked(`${question} [y/N] `, process.stdin, process.stderr);
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new CommandError('NOT_CONFIRMED', 'Not confirmed; nothing was changed.');
}

/**
 * One line from a terminal; empty at Ctrl-D.
 * @throws CommandError INTERRUPTED at Ctrl-C: readline takes it before it could become a signal.
 */
export function asked(question: string, input: Readable, output: Writable): Promise<string> {
  const lines = createInterface({ input, output, terminal: true });
  return new Promise<string>((resolve, reject) => {
    let isEnded = false;
    // Without a line, the cursor is still behind the question.
    const end = (settle: () => void, rest = ''): void => {
      if (isEnded) return;
      isEnded = true;
      output.write(rest);
      settle();
    };
    const interrupted = new CommandError('INTERRUPTED', 'Interrupted; nothing was changed.');
    lines.once('SIGINT', () => end(() => reject(interrupted), '\n'));
    lines.once('close', () => end(() => resolve(''), '\n'));
    lines.question(question, (answer) => end(() => resolve(answer)));
  }).finally(() => lines.close());
}
