import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, LOOPBACK } from '../ports.ts';
import { startProcess } from '../process.ts';
import type { ApiServer } from './api-server.ts';
import { builtProgram } from './programs.ts';

/**
 * Runs some of Kubernetes' own controllers against an API server, by the names that `--controllers` takes. Rejects with
 * `Unavailable` where the program cannot be had.
 */
export async function startControllers(
  { kubeconfigPath }: Pick<ApiServer, 'kubeconfigPath'>,
  names: readonly string[],
): Promise<{ stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-controllers-'));
  const port = await freePort();
  const running = await startProcess({
    command: await builtProgram('kube-controller-manager'),
    args: [
      ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
        (flag) => `--${flag}=${kubeconfigPath}`,
      ),
      `--controllers=${names.join(',')}`,
      `--cert-dir=${folder}`,
      `--bind-address=${LOOPBACK}`,
      `--secure-port=${port}`,
      '--leader-elect=false',
    ],
    logFile: join(folder, 'controllers.log'),
    readyWhen: { port },
  });
  return {
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
