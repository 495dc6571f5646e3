import { jobsOfService } from '../../model/jobs.ts';
import type { Kinds } from '../../model/kinds.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import { pause } from '../waiting/pause.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Job } from '../../kube/kinds.ts';
import { causesOf } from '../../deploy/rollout/causes.ts';
import { gateCauses } from '../../deploy/rollout/gates.ts';
import { isReady, workloadStates, type WorkloadState } from '../../deploy/rollout/workload-status.ts';
import { owningResource, type OwningResource } from '../../deploy/owning-resource.ts';
import { replicasOf } from '../../deploy/volume-claims.ts';
import { findTarget } from '../target.ts';
import { CommandError } from '../errors.ts';
import { untilInterrupted } from '../interrupt.ts';
import { print, progress, table, tone } from '../output.ts';
import { documentOf } from '../source.ts';
import type { Subject } from '../subject.ts';
import { checkText } from '../doctor/check.ts';
import { operatorPlace, operatorRunning, type OperatorRunning } from '../installation/operator-running.ts';
import type { Where } from '../owned.ts';
import { conditionsText, isReadyResource } from './conditions.ts';
import type { ClusterOptions } from '../options.ts';
import { mooringOfStack } from '../same-stack.ts';

export interface StatusOptions extends ClusterOptions {
  readonly watch?: true;
}

/** The status of one service of a stack, or of one Job. */
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
  const found = documentOf(kinds, options.file);
  const stack = found.stack();
  const asked = { kind: found.kind, stack };
  const target = await findTarget(options);
  progress.show(
    `Reading stack "${stack.name}" in namespace ${stack.namespace} of context ${target.context} (${target.server}) …`,
  );
  try {
    if (options.watch) return await watch(target.cluster, asked, options);
    const seen = await seenOf(target.cluster, asked, options);
    if (seen.services.length === 0 && !seen.resource)
      throw new CommandError(
        'NOT_FOUND_IN_CLUSTER',
        `There is no stack "${stack.name}" in namespace ${stack.namespace} of context ${target.context}. "${mooringOfStack('apply')}" brings it there.`,
      );
    progress.done();
    await print(asData(stack, seen), statusText(seen), options.output);
    if (!isAllReady(seen)) throw new CommandError('DIFFERENT', '');
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

/** Prints the status whenever it changes, until Ctrl-C. */
function watch(cluster: Cluster, asked: Subject, options: StatusOptions): Promise<void> {
  const { stack } = asked;
  const { output } = options;
  let shown = '';
  return untilInterrupted(async (signal) => {
    for (;;) {
      const seen = await seenOf(cluster, asked, options, signal);
      const isThere = seen.services.length > 0 || seen.resource !== undefined;
      const text = isThere ? statusText(seen) : `There is no stack "${stack.name}" yet.`;
      if (text !== shown) {
        progress.done();
        await print(asData(stack, seen), `${text}\n`, output);
      }
      shown = text;
      await pause(signal, watchMs);
    }
  });
}

/** A stack as its workloads are, and as the custom resource that owns it says, with the operator that keeps it. */
interface Seen {
  readonly services: readonly ServiceStatus[];
  readonly resource?: OwningResource;
  readonly operator?: OperatorRunning;
}

async function seenOf(
  cluster: Cluster,
  { kind, stack }: Subject,
  where: Where,
  signal?: AbortSignal,
): Promise<Seen> {
  const [services, resource] = await Promise.all([
    statusOf(cluster, stack, signal),
    owningResource(cluster, kind, stack, signal),
  ]);
  if (!resource) return { services };
  const place = await operatorPlace(cluster, stack.namespace, { where, signal });
  return { services, resource, operator: await operatorRunning(cluster, [kind], place) };
}

/** What the resource says counts, where it may be read; a status that nobody writes any more is told by the workloads. */
const isAllReady = ({ services, resource }: Seen): boolean =>
  services.every(({ rolledOut }) => rolledOut) &&
  (resource === undefined || resource.isUnread === true || isReadyResource(resource));

function asData({ name, namespace }: Stack, { services, resource, operator }: Seen): object {
  if (!resource) return { name, namespace, services };
  const { kind, metadata, status, isUnread } = resource;
  const { generation } = metadata;
  const told = { generation, observedGeneration: status?.observedGeneration, conditions: status?.conditions };
  return {
    ...{ name, namespace, services, resource: { kind, ...(isUnread ? { isUnread } : told) } },
    ...(operator ? { operator: operatorData(operator) } : {}),
  };
}

const operatorData = ({ namespace, leader, checks }: OperatorRunning): object => ({
  ...{ namespace, leader: leader ?? null, checks },
});

/** Every service of a stack that has a workload in the cluster. */
export async function statusOf(
  cluster: Cluster,
  stack: Stack,
  signal?: AbortSignal,
): Promise<ServiceStatus[]> {
  const states = await workloadStates(cluster, stack, signal);
  const gates = await gateCauses(cluster, stack, states, signal);
  const order = stack.services
    .filter(isWorkload)
    .flatMap((service) => [service.name, ...jobsOfService(service).map(({ name }) => name)]);
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
    ready: object.kind === 'Job' ? ((object as Job).status?.succeeded ?? 0) : pods.filter(isReady).length,
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    rolledOut,
    reasons: causes
      .filter(({ where }) => own.has(where))
      .map(({ where, reason, message }) => `${where}: ${reason}: ${message}`),
  };
}

function statusText({ services, resource, operator }: Seen): string {
  const parts = [
    ...(services.length > 0 ? [servicesText(services)] : []),
    ...(resource ? [conditionsText(resource)] : []),
    ...(resource && operator && operator.checks.length > 0 ? [operatorText(resource, operator)] : []),
  ];
  return parts.join('\n\n');
}

/** What the operator of a stack lacks, and how old what it has said of the stack may be. */
function operatorText(
  { metadata, status, isUnread }: OwningResource,
  { checks, leader }: OperatorRunning,
): string {
  const isAway = checks.some(({ verdict }) => verdict === 'wrong');
  const isTold = isAway && !isUnread && status?.conditions !== undefined;
  const renewed =
    leader &&
    `, and ${leader.renewed === undefined ? 'no replica of it leads' : `its Lease was renewed last at ${leader.renewed}`}`;
  const age = `  The conditions are what an operator wrote last, and need not hold now: they are of generation ${status?.observedGeneration ?? 0} of the document, which is at generation ${metadata.generation ?? 0}${renewed ?? ''}.`;
  return [...checks.map(checkText), ...(isTold ? [age] : [])].join('\n');
}

function stateWord(kind: string, isDone: boolean): string {
  const done = kind === 'Job' ? 'completed' : 'ready';
  return isDone ? done : `not ${done}`;
}

function servicesText(services: readonly ServiceStatus[]): string {
  const rows = services.map(({ service, kind, wanted, ready, restarts, rolledOut }) => [
    service,
    kind,
    `${ready}/${wanted}`,
    String(restarts),
    stateWord(kind, rolledOut),
  ]);
  const lines = table(['SERVICE', 'KIND', 'READY', 'RESTARTS', 'STATE'], rows).replaceAll(
    /not (ready|completed)$/gm,
    (word) => tone('bad', word),
  );
  return [lines, ...services.flatMap(({ reasons }) => reasons.map((reason) => `  ${reason}`))].join('\n');
}
