import type { Kinds } from '../../model/kinds.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import { pause } from '../waiting/pause.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { causesOf } from '../../deploy/rollout/causes.ts';
import { gateCauses } from '../../deploy/rollout/gates.ts';
import { isReady, workloadStates, type WorkloadState } from '../../deploy/rollout/workload-status.ts';
import { replicasOf } from '../../deploy/volume-claims.ts';
import { findTarget } from '../target.ts';
import { CommandError } from '../errors.ts';
import { untilInterrupted } from '../interrupt.ts';
import { print, table, tone } from '../output.ts';
import { documentOf } from '../source.ts';
import type { ClusterOptions } from '../options.ts';

export interface StatusOptions extends ClusterOptions {
  readonly watch?: true;
}

/** The status of one service of a stack. */
export interface ServiceStatus {
  readonly service: string;
  readonly kind: string;
  readonly wanted: number;
  readonly ready: number;
  readonly restarts: number;
  readonly rolledOut: boolean;
  /** What keeps it from being ready, a sentence each. */
  readonly reasons: readonly string[];
}

/** The poll interval of --watch, in milliseconds. */
const watchMs = 2_000;

/** What `mooring status` does. @throws CommandError DIFFERENT when not everything is ready; ClusterError. */
export async function statusCommand(kinds: Kinds, options: StatusOptions): Promise<void> {
  const stack = documentOf(kinds, options.file).stack();
  const target = await findTarget(options);
  try {
    if (options.watch) return await watch(target.cluster, stack, options);
    const services = await statusOf(target.cluster, stack);
    if (services.length === 0)
      throw new CommandError(
        'NOT_FOUND_IN_CLUSTER',
        `There is no stack "${stack.name}" in namespace ${stack.namespace} of context ${target.context}. "mooring apply" brings it there.`,
      );
    await print(
      { name: stack.name, namespace: stack.namespace, services },
      statusText(services),
      options.output,
    );
    if (!services.every(({ rolledOut }) => rolledOut)) throw new CommandError('DIFFERENT', '');
  } finally {
    target.cluster.api.close();
  }
}

/** Prints the status whenever it changes, until Ctrl-C. */
function watch(cluster: Cluster, stack: Stack, { output }: StatusOptions): Promise<void> {
  let shown = '';
  return untilInterrupted(async (signal) => {
    for (;;) {
      const services = await statusOf(cluster, stack, signal);
      const text = services.length > 0 ? statusText(services) : `There is no stack "${stack.name}" yet.`;
      if (text !== shown)
        await print({ name: stack.name, namespace: stack.namespace, services }, `${text}\n`, output);
      shown = text;
      await pause(signal, watchMs);
    }
  });
}

/** Every service of a stack that has a workload in the cluster. */
export async function statusOf(
  cluster: Cluster,
  stack: Stack,
  signal?: AbortSignal,
): Promise<ServiceStatus[]> {
  const states = await workloadStates(cluster, stack, signal);
  const gates = await gateCauses(cluster, stack, states, signal);
  const order = stack.services.filter(isWorkload).map(({ name }) => name);
  return states
    .map((state) => serviceStatus(state, [...causesOf(state), ...gates]))
    .sort((a, b) => order.indexOf(a.service) - order.indexOf(b.service));
}

function serviceStatus(state: WorkloadState, causes: ReturnType<typeof causesOf>): ServiceStatus {
  const { object, service, rolledOut, pods } = state;
  const statuses = pods.flatMap(({ status }) => status.containerStatuses ?? []);
  const own = new Set([
    `${object.kind} ${object.metadata.name}`,
    ...pods.map(({ metadata }) => `Pod ${metadata.name}`),
  ]);
  return {
    service,
    kind: object.kind,
    wanted: replicasOf(object),
    ready: pods.filter(isReady).length,
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    rolledOut,
    reasons: causes
      .filter(({ where }) => own.has(where))
      .map(({ where, reason, message }) => `${where}: ${reason}: ${message}`),
  };
}

function statusText(services: readonly ServiceStatus[]): string {
  const rows = services.map(({ service, kind, wanted, ready, restarts, rolledOut }) => [
    service,
    kind,
    `${ready}/${wanted}`,
    String(restarts),
    rolledOut ? 'ready' : 'not ready',
  ]);
  const lines = table(['SERVICE', 'KIND', 'READY', 'RESTARTS', 'STATE'], rows).replaceAll(
    /not ready$/gm,
    (word) => tone('bad', word),
  );
  return [lines, ...services.flatMap(({ reasons }) => reasons.map((reason) => `  ${reason}`))].join('\n');
}
