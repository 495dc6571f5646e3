import { dirname } from 'node:path';
import { capture } from './command.ts';
import { kubernetesBinaries } from './kubernetes/programs.ts';

export interface UserShell {
  readonly kubeconfigPath: string;
  /** Where the commands run; absent: here. */
  readonly cwd?: string;
  /** Shell functions that stand in for programs. */
  readonly functions?: string;
}

/** Runs commands as a user's shell does, with kubectl and a kubeconfig; it ends at the first that fails. */
export async function inUserShell(
  commands: string,
  { kubeconfigPath, cwd, functions = '' }: UserShell,
): Promise<{ readonly code: number | null; readonly printed: string }> {
  const { kubectl } = await kubernetesBinaries();
  const script = `set -e\nPATH="${dirname(kubectl)}:$PATH"\n${functions}\n${commands}`;
  const { code, stdout, stderr } = await capture('/bin/sh', ['-c', script], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { KUBECONFIG: kubeconfigPath, KUBERC: 'off', NO_COLOR: '1', MOORING_STACK: '' },
  });
  return { code, printed: stdout + stderr };
}
