import { statSync } from 'node:fs';
import { shownText } from '../model/redact.ts';
import { KubeConfig, type Cluster } from '@kubernetes/client-node';
import type { ErrorReason } from '../model/error-reason.ts';
import { ClusterError } from './cluster-error.ts';

export interface Choice {
  /** A context of the kubeconfig. Default: its current one. */
  readonly context?: string | undefined;
  /** A kubeconfig file. Default: KUBECONFIG, ~/.kube/config, or the pod's own account. */
  readonly kubeconfig?: string | undefined;
}

/**
 * The kubeconfig with the chosen context made current.
 * @throws ClusterError NO_CONTEXT when there is none, it cannot be read, or it has no such context.
 */
export function chosenKubeConfig({ context, kubeconfig }: Choice): KubeConfig {
  const config = loaded(kubeconfig);
  const names = config.getContexts().map(({ name }) => name);
  if (context !== undefined) config.setCurrentContext(context);
  const current = config.getCurrentContext() as string | undefined;
  if (!current)
    throw invalid(`The kubeconfig has no current context. It has: ${listed(names)}.`, 'NoCurrentContext');
  if (!names.includes(current))
    throw invalid(`The kubeconfig has no context "${current}". It has: ${listed(names)}.`);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw invalid(`Context "${current}" names a cluster that is not in the kubeconfig.`);
  refuseServer(cluster, current);
  return config;
}

function refuseServer({ name, server }: Cluster, context: string): void {
  const { protocol } = URL.parse(server) ?? {};
  if (protocol !== 'https:' && protocol !== 'http:')
    throw invalid(
      `The kubeconfig's cluster "${name}" of context "${context}" has the server "${shownText(server)}"; expected a URL such as https://10.0.0.1:6443.`,
    );
}

const listed = (names: readonly string[]): string => names.join(', ') || 'none';

/** Refuses a FIFO, a device or a socket before the library opens it: that may block. */
class FromRegularFiles extends KubeConfig {
  override loadFromFile(...[file, ...rest]: Parameters<KubeConfig['loadFromFile']>): void {
    if (!statSync(file).isFile())
      throw new Error(`${file} is a folder, a pipe or a device; expected a file.`);
    super.loadFromFile(file, ...rest);
  }
}

function loaded(path: string | undefined): KubeConfig {
  const config = new FromRegularFiles();
  try {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    throw invalid(`The kubeconfig cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  // The library's fallback when it found no kubeconfig.
  if (
    config.getCurrentCluster()?.server === 'http://localhost:8080' &&
    config.getCurrentUser()?.name === 'user'
  )
    throw invalid(
      'There is no kubeconfig: KUBECONFIG is unset and ~/.kube/config is missing.',
      'NoKubeconfig',
    );
  return config;
}

const invalid = (message: string, reason: ErrorReason = 'KubeconfigInvalid'): ClusterError =>
  new ClusterError('NO_CONTEXT', message, { reason });
