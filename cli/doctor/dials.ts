import type { Container, ContainerStatus } from 'kubernetes-types/core/v1.js';
import { dialReport, type DialReport } from '../../model/dial-report.ts';
import { parseJson } from '../../model/json.ts';
import { isWorkload, type Stack, type Workload } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { outputOf, startBeside, type EphemeralContainer } from '../../kube/ephemeral-container.ts';
import type { StepResult } from '../../deploy/step.ts';
import { podTemplateOf, type Pod } from '../../kube/kinds.ts';
import { execInPod } from '../../kube/exec.ts';
import type { Check } from './check.ts';
import type { Consent } from './consent.ts';
import { podsOf, workloadIn } from './running.ts';
import { pollIntervalMs } from '../waiting/pause.ts';
import { runToEnd } from '../waiting/run-to-end.ts';

/** Loading the app and three dials, on a busy node. */
const dialMs = 30_000;

/** How a store was dialled, in words, and what came of it. */
interface Dialled {
  readonly from: string;
  readonly report: DialReport;
}

/**
 * Dials the dependencies of every service, each from the network position of the service's youngest pod: its image has
 * what that takes. A service without a command for it gets a note. Several services may dial one dependency.
 */
export async function dialChecks(
  cluster: Cluster,
  stack: Stack,
  live: readonly KubeObject[],
  consent: Consent,
): Promise<Check[]> {
  const checks: Check[] = [];
  // One after the other: each may ask on the terminal.
  for (const service of stack.services.filter(isWorkload)) {
    const { dial: command } = service;
    if (command) checks.push(...(await dialsOf(cluster, { stack, service, command, live }, consent)));
    else checks.push(...unknownDials(service));
  }
  return checks;
}

function unknownDials({ name, edges = [] }: Workload): Check[] {
  if (edges.length === 0) return [];
  const peers = [...new Set(edges.map(({ to }) => to))].join(', ');
  const says = `Whether ${name} reaches ${peers} is unknown: it has no command that dials, so ${peers} cannot be dialled from its pods.`;
  return [{ id: 'dial', verdict: 'note', says }];
}

/** A service that has a command that dials, and what lives of its stack. */
interface Dialling {
  readonly stack: Stack;
  readonly service: Workload;
  readonly command: readonly string[];
  readonly live: readonly KubeObject[];
}

async function dialsOf(cluster: Cluster, dialling: Dialling, consent: Consent): Promise<Check[]> {
  const { stack, service, live } = dialling;
  const [pod] = await podsOf(cluster, stack, service.name);
  const id = 'dial';
  if (!pod) {
    const says = `There is no pod of ${service.name} from which the stores could be dialled.`;
    return [{ id, verdict: 'wrong', says }];
  }
  try {
    const { from, report } = await dialled(cluster, dialling, pod, consent);
    return [
      ...report.problems.map((says): Check => ({
        id: `env/${service.name}`,
        verdict: 'wrong',
        says: `From ${from}: ${says}`,
      })),
      ...report.stores.map(({ service: store, ok, says }): Check => ({
        id: `dial/${store}`,
        verdict: ok ? 'ok' : 'wrong',
        says: `From ${from}: ${says}`,
      })),
    ];
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const workload = workloadIn(live, stack, service);
    const image = workload && podTemplateOf(workload)?.spec?.containers[0]?.image;
    const says = `The stores could not be dialled: ${error.message}${image ? ` (image ${image})` : ''}`;
    return [{ id, verdict: 'note', says }];
  }
}

/** @throws ClusterError saying why it cannot be dialled from there, NOT_CONFIRMED without consent to what that takes. */
async function dialled(
  cluster: Cluster,
  { stack: { namespace }, command }: Dialling,
  pod: Pod,
  consent: Consent,
): Promise<Dialled> {
  const container = containerOf(pod);
  const status = pod.status.containerStatuses?.find(({ name }) => name === container.name);
  if (status?.state?.running) {
    const at = { namespace, pod: pod.metadata.name, container: container.name };
    const { stdout, stderr } = await execInPod(cluster.api, at, command, dialMs);
    return { from: `${nameOf(pod)} (exec)`, report: reportIn(command, stdout, stderr) };
  }
  const reason = downReason(pod, status);
  const refusal = await consent(nameOf(pod));
  if (refusal !== undefined)
    throw new ClusterError(
      'NOT_CONFIRMED',
      `${nameOf(pod)} is in ${reason}, so it takes an ephemeral container beside it. ${refusal}`,
    );
  const beside = await startBeside(cluster, pod, container, command);
  const output = await runToEnd(() => besideStep(cluster, beside), { timeoutMs: dialMs });
  const from = `${nameOf(pod)} (an ephemeral container, since its own is in ${reason})`;
  return { from, report: reportIn(command, output, '') };
}

async function besideStep(cluster: Cluster, beside: EphemeralContainer): Promise<StepResult<string>> {
  const output = await outputOf(cluster, beside);
  if (output !== undefined) return { done: output };
  return {
    requeueAfterMs: pollIntervalMs,
    pending: `ephemeral container ${beside.name} has not run to its end`,
    reason: 'CommandPending',
  };
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
function reportIn(command: readonly string[], stdout: string, stderr: string): DialReport {
  for (const line of stdout.trim().split('\n')) {
    const parsed = dialReport.safeParse(parseJson(line));
    if (parsed.success) return parsed.data;
  }
  const said = (stderr || stdout).trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  throw new ClusterError(
    'CLUSTER_REFUSED',
    `the image does not know "${command.at(-1) ?? ''}"; it answered: ${said || 'nothing'}`,
  );
}
