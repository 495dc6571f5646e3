import type { KubeConfig } from '@kubernetes/client-node';
import { ClusterError } from './cluster-error.ts';

/**
 * The error of unreadable credentials: a file the kubeconfig names, or the command that makes a token. No request was
 * sent, so it states nothing about the cluster.
 */
export function noCredentials(kubeConfig: KubeConfig, cause: unknown): ClusterError {
  const context = kubeConfig.getCurrentContext();
  const { exec } = (kubeConfig.getCurrentUser() ?? {}) as { exec?: { command?: string } };
  const { path, syscall = '' } = cause as { path?: string; syscall?: string };
  const isCommand = exec?.command !== undefined && (path === undefined || syscall.startsWith('spawn'));
  const what = isCommand
    ? `the command "${exec.command}" of the kubeconfig, which makes them, ${problemOf(cause, 'failed')}`
    : path === undefined
      ? messageOf(cause)
      : `the file ${path}, which the kubeconfig names, ${problemOf(cause, 'cannot be read')}`;
  return new ClusterError(
    'NO_CONTEXT',
    `The credentials of context "${context}" cannot be read: ${what}.`,
    { reason: isCommand ? 'CredentialsCommandFailed' : 'CredentialsUnreadable', context },
    { cause },
  );
}

const messageOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message.trim() : String(cause)) || 'no reason was given';

function problemOf(cause: unknown, otherwise: string): string {
  const { code } = cause as { code?: unknown };
  if (code === 'ENOENT') return 'is not there';
  return code === 'EACCES' ? 'may not be used (permission denied)' : `${otherwise}: ${messageOf(cause)}`;
}
