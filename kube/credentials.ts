import type { KubeConfig } from '@kubernetes/client-node';
import { ClusterError } from './cluster-error.ts';

/**
 * The error of credentials that could not be had: a file that the kubeconfig names, or the command that makes a token.
 * Nobody was asked anything yet, so it says nothing about the cluster.
 */
export function noCredentials(kubeConfig: KubeConfig, cause: unknown): ClusterError {
  const context = kubeConfig.getCurrentContext();
  const { exec } = (kubeConfig.getCurrentUser() ?? {}) as { exec?: { command?: string } };
  const { path, syscall = '' } = cause as { path?: string; syscall?: string };
  const isCommand = exec?.command !== undefined && (path === undefined || syscall.startsWith('spawn'));
  const what = isCommand
    ? `the command "${exec.command}" of the kubeconfig, which makes them, ${problemOf(cause, 'failed')}`
    : path === undefined
      ? wordsOf(cause)
      : `the file ${path}, which the kubeconfig names, ${problemOf(cause, 'cannot be read')}`;
  const toDo = isCommand ? 'Install it or log in again' : 'Correct the kubeconfig';
  return new ClusterError(
    'NO_CONTEXT',
    `The credentials of context "${context}" cannot be had: ${what}. ${toDo}, or choose another --context.`,
    { cause },
  );
}

const wordsOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message.trim() : String(cause)) || 'nothing was said';

function problemOf(cause: unknown, otherwise: string): string {
  const { code } = cause as { code?: unknown };
  if (code === 'ENOENT') return 'is not there';
  return code === 'EACCES' ? 'may not be used (permission denied)' : `${otherwise}: ${wordsOf(cause)}`;
}
