import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiServer } from '../../../servers/kubernetes/api-server.ts';
import { goProgram } from '../../../servers/kubernetes/go-program.ts';
import { startProcess, type RunningProcess } from '../../../servers/process.ts';
import type { Stops } from '../stops.ts';
import { templateObjects } from './template.ts';

/** Starts the minimal operator on controller-runtime, whose source is beside this file. */
export async function startPeer(
  { kubeconfigPath }: ApiServer,
  folder: string,
  stops: Stops,
): Promise<RunningProcess> {
  const command = await goProgram({
    name: 'operator-peer',
    module: {
      folder: '../../bench/operator/peers/controller-runtime',
      versionOf: 'sigs.k8s.io/controller-runtime',
    },
    package: '.',
  });
  const template = join(folder, 'template.json');
  await writeFile(template, JSON.stringify(templateObjects()));
  const peer = await startProcess({
    command,
    args: [template],
    env: { KUBECONFIG: kubeconfigPath },
    logFile: join(folder, 'peer.log'),
    readyWhen: { logLine: /Starting workers/ },
  });
  return stops.keep(peer);
}
