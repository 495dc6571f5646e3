import { createInterface } from 'node:readline/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { CommandError } from './fail.ts';
import type { ChangeOptions, ClusterOptions } from './options.ts';
import { note } from './output.ts';

/** The cluster a command speaks to. */
export interface Target {
  readonly kubeConfig: KubeConfig;
  readonly context: string;
  readonly server: string;
  /** A cluster kind made on this machine: nothing there is worth a question. */
  readonly isKind: boolean;
}

/**
 * The cluster that is meant: `--kubeconfig` and `--context`, else what kubectl would use.
 * @throws CommandError NO_CONTEXT, naming the contexts there are.
 */
export async function findTarget(options: Pick<ClusterOptions, 'context' | 'kubeconfig'>): Promise<Target> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kubeConfig = new KubeConfig();
  load(kubeConfig, options.kubeconfig);
  const context = options.context ?? kubeConfig.getCurrentContext();
  const names = kubeConfig.getContexts().map(({ name }) => name);
  if (!names.includes(context)) throw noContext(context, names);
  kubeConfig.setCurrentContext(context);
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server === undefined)
    throw new CommandError(
      'NO_CONTEXT',
      `The context "${context}" names a cluster the kubeconfig does not have.`,
    );
  return { kubeConfig, context, server, isKind: isKind(context, server) };
}

function load(kubeConfig: KubeConfig, path: string | undefined): void {
  try {
    if (path === undefined) kubeConfig.loadFromDefault();
    else kubeConfig.loadFromFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError('NO_CONTEXT', `The kubeconfig${path ? ` ${path}` : ''} cannot be read: ${reason}`);
  }
}

function noContext(context: string, names: readonly string[]): CommandError {
  const known =
    names.length > 0
      ? `There ${names.length > 1 ? 'are' : 'is'} ${names.join(', ')}.`
      : 'It has no context at all.';
  const what = context
    ? `The kubeconfig has no context "${context}".`
    : 'The kubeconfig has no current context; name one with --context.';
  return new CommandError('NO_CONTEXT', `${what} ${known}`);
}

/** kind calls its contexts `kind-…` and listens on loopback; a remote cluster of that name is not one. */
export function isKind(context: string, server: string): boolean {
  const { hostname } = new URL(server);
  return context.startsWith('kind-') && /^(127\.|localhost$|\[::1\]$)/.test(hostname);
}

/** Says first where a command is about to change something, whoever asked it to. */
export function announce({ context, server }: Target, namespace: string): void {
  note(`Context ${context} (${server}), namespace ${namespace}`);
}

/**
 * Asks before a change outside kind, unless `--yes` or `--dry-run`.
 * @param question ends with a question mark.
 * @throws CommandError NOT_CONFIRMED when the answer is no, USAGE when nobody can be asked.
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
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `).finally(() => lines.close());
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new CommandError('NOT_CONFIRMED', 'Not confirmed; nothing was changed.');
}
