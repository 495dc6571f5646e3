import type { Container, ContainerStatus } from 'kubernetes-types/core/v1.js';
import { dialReport, dialWord, type DialReport } from '../../model/dial-report.ts';
import { parseJson } from '../../model/json.ts';
import type { Stack } from '../../model/stack.ts';
import { backendName } from '../../contract/services/backend-ports.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { runBeside } from '../../kube/ephemeral-container.ts';
import { podTemplateOf, type Pod } from '../../kube/kinds.ts';
import { execInPod } from '../../kube/exec.ts';
import type { Check } from './check.ts';
import type { Consent } from './consent.ts';
import { backendPods } from './running.ts';

/** Loading the app and three dials, on a busy node. */
const dialMs = 30_000;

/** How a store was dialled, in words, and what came of it. */
interface Dialled {
  readonly from: string;
  readonly report: DialReport;
}

/** Dials every store from the network position of the youngest backend pod: its image has what it takes. */
export async function dialChecks(
  cluster: Cluster,
  stack: Stack,
  live: readonly KubeObject[],
  consent: Consent,
): Promise<Check[]> {
  const [pod] = await backendPods(cluster, stack);
  const id = 'dial';
  if (!pod)
    return [
      {
        id,
        verdict: 'wrong',
        says: `There is no pod of ${backendName} from which the stores could be dialled.`,
      },
    ];
  try {
    const { from, report } = await dialled(cluster, stack, pod, consent);
    return [
      ...report.problems.map((says): Check => ({
        id: `env/${backendName}`,
        verdict: 'wrong',
        says: `From ${from}: ${says}`,
      })),
      ...report.stores.map(({ service, ok, says }): Check => ({
        id: `dial/${service}`,
        verdict: ok ? 'ok' : 'wrong',
        says: `From ${from}: ${says}`,
      })),
    ];
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const image = imageOf(live);
    return [
      {
        id,
        verdict: 'note',
        says: `The stores could not be dialled: ${error.message}${image ? ` (image ${image})` : ''}`,
      },
    ];
  }
}

/** @throws ClusterError saying why it cannot be dialled from there, NOT_CONFIRMED without consent to what that takes. */
async function dialled(cluster: Cluster, { namespace }: Stack, pod: Pod, consent: Consent): Promise<Dialled> {
  const container = containerOf(pod);
  const status = pod.status.containerStatuses?.find(({ name }) => name === container.name);
  if (status?.state?.running) {
    const command = ['node', 'main.js', dialWord];
    const at = { namespace, pod: pod.metadata.name, container: container.name };
    const { stdout, stderr } = await execInPod(cluster.api, at, command, dialMs);
    return { from: `${nameOf(pod)} (exec)`, report: reportIn(stdout, stderr) };
  }
  const reason = downReason(pod, status);
  const refusal = await consent(nameOf(pod));
  if (refusal !== undefined)
    throw new ClusterError(
      'NOT_CONFIRMED',
      `${nameOf(pod)} is in ${reason}, so it takes an ephemeral container beside it. ${refusal}`,
    );
  const output = await runBeside(cluster, pod, container, { args: [dialWord], timeoutMs: dialMs });
  const from = `${nameOf(pod)} (an ephemeral container, since its own is in ${reason})`;
  return { from, report: reportIn(output, '') };
}

/** Why a container that ran once does not now. @throws ClusterError where it never did: nothing can run beside it. */
function downReason(pod: Pod, status: ContainerStatus | undefined): string {
  const reason = status?.state?.waiting?.reason ?? status?.state?.terminated?.reason ?? 'nothing is known';
  if (pod.status.phase !== 'Pending') return reason;
  throw new ClusterError('NOT_FOUND_IN_CLUSTER', `${nameOf(pod)} has not started (${reason}).`);
}

function containerOf(pod: Pod): Container {
  const [container] = pod.spec.containers;
  if (!container) throw new TypeError(`${nameOf(pod)} has no container.`);
  return container;
}

/** The one line of JSON among what was printed. @throws ClusterError when there is none: an image of another age. */
function reportIn(stdout: string, stderr: string): DialReport {
  for (const line of stdout.trim().split('\n')) {
    const parsed = dialReport.safeParse(parseJson(line));
    if (parsed.success) return parsed.data;
  }
  const said = (stderr || stdout).trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  throw new ClusterError(
    'CLUSTER_REFUSED',
    `the image does not know "${dialWord}"; it answered: ${said || 'nothing'}`,
  );
}

const imageOf = (live: readonly KubeObject[]): string | undefined => {
  const deployment = live.find(({ kind }) => kind === 'Deployment');
  return deployment && podTemplateOf(deployment)?.spec?.containers[0]?.image;
};
