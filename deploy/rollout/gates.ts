import { readyz, type Readyz } from '../../contract/http.ts';
import { serviceOf } from '../../model/environment.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import { backendName } from '../../contract/services/backend-ports.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf } from '../../kube/objects.ts';
import { getFromPod } from '../../kube/pod-http.ts';
import type { Cause } from './causes.ts';
import { isReady, type Pod, type WorkloadState } from './workload-status.ts';

/** A store that Kubernetes calls ready is dialled again within two seconds; ten times as long is no delay. */
const gateMs = 20_000;

/** About as often as the backend dials a store that is away; asking a starting pod more often only takes its time. */
const askEveryMs = 2_000;

/**
 * `gateCauses`, asked anew every two seconds, and at each look once everything but the backend is up, for then its
 * gates are about to open; in between the last answer stands. `onOpen` is told the pods that then say so before Kubernetes
 * has asked them, again with each answer; never of gates that opened to stores which are still to be replaced.
 */
export function gateWatch(
  cluster: Cluster,
  stack: Stack,
  { signal, onOpen }: { signal?: AbortSignal | undefined; onOpen?: ((pod: Pod) => void) | undefined },
): (states: readonly WorkloadState[]) => Promise<Cause[]> {
  let last = { at: -Infinity, causes: [] as Cause[] };
  return async (states) => {
    const isNear = states.every(({ service, rolledOut }) => rolledOut || service === backendName);
    if (!isNear && performance.now() - last.at < askEveryMs) return last.causes;
    const asked = await askGates(cluster, stack, states, signal);
    if (isNear) for (const { pod, said } of asked) if (said?.ready) onOpen?.(pod);
    last = { at: performance.now(), causes: closedGates(stack, states, asked) };
    return last.causes;
  };
}

/**
 * The gates that stay closed although what is behind them is up: a wrong port, a wrong password, a policy in between.
 * Asked of the backend itself, at /readyz; a pod that does not answer yet has no gates.
 */
export async function gateCauses(
  cluster: Cluster,
  stack: Stack,
  states: readonly WorkloadState[],
  signal?: AbortSignal,
): Promise<Cause[]> {
  return closedGates(stack, states, await askGates(cluster, stack, states, signal));
}

interface Asked {
  readonly pod: Pod;
  readonly said: Readyz | undefined;
}

async function askGates(
  cluster: Cluster,
  stack: Stack,
  states: readonly WorkloadState[],
  signal?: AbortSignal,
): Promise<Asked[]> {
  const backend = states.find(({ service }) => service === backendName);
  const waiting = (backend?.pods ?? []).filter((pod) => isRunning(pod) && !isReady(pod));
  return Promise.all(
    waiting.map(async (pod) => ({ pod, said: await askReadyz(cluster, stack, pod, signal) })),
  );
}

function closedGates(stack: Stack, states: readonly WorkloadState[], asked: readonly Asked[]): Cause[] {
  return asked.flatMap(({ pod, said }) =>
    (said?.gates ?? [])
      .filter(
        ({ name, state, lastError }) => state === 'closed' && lastError !== null && isUp(stack, states, name),
      )
      .map(({ name, lastError, attempts }) => ({
        reason: 'Gate',
        where: nameOf(pod),
        message: `it waits for ${name}, which is up, and says: ${lastError ?? ''} (${attempts} attempts)`,
        patienceMs: gateMs,
      })),
  );
}

const isRunning = ({ status }: Pod): boolean =>
  (status.containerStatuses ?? []).some(({ state }) => state?.running !== undefined);

/** One that is run elsewhere is taken to be up: nothing here would start it. */
function isUp(stack: Stack, states: readonly WorkloadState[], service: string): boolean {
  const state = states.find((one) => one.service === service);
  return state ? state.rolledOut : !isWorkload(serviceOf(stack, service));
}

async function askReadyz(
  cluster: Cluster,
  stack: Stack,
  pod: Pod,
  signal?: AbortSignal,
): Promise<Readyz | undefined> {
  const port = serviceOf(stack, backendName).ports['metrics']?.containerPort;
  if (port === undefined) return undefined;
  const at = { namespace: stack.namespace, pod: pod.metadata.name, port };
  try {
    const { json } = await getFromPod(cluster.api, at, httpPaths.readyz);
    return readyz.safeParse(json).data;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
