import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { startProcess } from '../../servers/process.ts';

/** Kubernetes' own controllers of workloads, for one API server. Stopped at the end of the test. */
export async function startControllerManager(
  { kubeconfigPath }: ApiServer,
  { featureGates = '', more = '' }: { readonly featureGates?: string; readonly more?: string } = {},
): Promise<void> {
  const running = await startProcess({
    command: await builtProgram('kube-controller-manager'),
    args: [
      `--kubeconfig=${kubeconfigPath}`,
      `--controllers=statefulset,deployment,replicaset${more}`,
      '--leader-elect=false',
      '--secure-port=0',
      ...(featureGates === '' ? [] : [`--feature-gates=${featureGates}`]),
    ],
    logFile: join(dirname(kubeconfigPath), `controllers-${randomUUID().slice(0, 8)}.log`),
    readyWhen: { check: () => Promise.resolve(true) },
  });
  onTestFinished(() => running.stop());
}
