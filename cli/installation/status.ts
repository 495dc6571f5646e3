import type { Deployment } from '../../kube/kinds.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf } from '../../kube/objects.ts';
import type { OwningResource } from '../../deploy/owning-resource.ts';
import type { Kinds } from '../../model/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { crdName } from '../../operator/manifests/names.ts';
import { chosen } from '../../operator/manifests/options.ts';
import { checkText, type Check } from '../doctor/check.ts';
import { CommandError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import type { ClusterOptions } from '../options.ts';
import { print, progress, table, type OutputFormat } from '../output.ts';
import { findTarget } from '../target.ts';
import { conditionIn, isCurrent } from '../status/conditions.ts';
import { isEssential, operatorSeen, type OperatorSeen } from './operator-checks.ts';
import { choiceOf } from './operator-running.ts';

export interface OperatorStatusOptions extends Pick<ClusterOptions, 'context' | 'kubeconfig'> {
  readonly namespace?: string;
  readonly output?: OutputFormat | 'table';
}

/** A stack of the operator, as its resource says. */
interface StackRow {
  readonly namespace: string;
  readonly stack: string;
  readonly ready: string;
  readonly reason: string;
  /** Object, field and time. */
  readonly lastDrift?: string;
  /** What needs the attention of people, also where it is ready. */
  readonly attention?: string;
}

/**
 * What `mooring operator status` does.
 * @throws CommandError DIFFERENT when it does not work; ClusterError, CLUSTER_DENIED where that may not be known.
 */
export async function operatorStatusCommand(kinds: Kinds, options: OperatorStatusOptions): Promise<void> {
  const { cluster } = await findTarget(options);
  try {
    await interruptible((signal) => tell(cluster, kinds, options, signal));
  } finally {
    cluster.api.close();
  }
}

async function tell(
  cluster: Cluster,
  kinds: Kinds,
  options: OperatorStatusOptions,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = chosen(options);
  const seen = await operatorSeen(cluster, kinds, { namespace, where: options, signal });
  const of = seen.isNamespaced ? namespace : undefined;
  const listed = await Promise.all(
    kinds.filter((kind) => !seen.unserved.includes(kind)).map((kind) => stacksOf(cluster, kind, of, signal)),
  );
  const stacks = listed.flatMap((one) => ('stacks' in one ? one.stacks : []));
  const checks = [...seen.checks, ...listed.flatMap((one) => ('unknown' in one ? [one.unknown] : []))];
  progress.done();
  const format = options.output === 'table' ? undefined : options.output;
  await print(asData(seen, kinds, { stacks, checks }), asText(seen, kinds, { stacks, checks }), format);
  if (checks.some(({ verdict }) => verdict === 'wrong')) throw new CommandError('DIFFERENT', '');
  if (checks.some(({ id }) => isEssential(id)))
    throw new CommandError('CLUSTER_DENIED', 'Whether the operator works is unknown.');
}

async function stacksOf(
  { api, discovery }: Cluster,
  kind: StackKind,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly stacks: StackRow[] } | { readonly unknown: Check }> {
  const path = await discovery.collectionOf(kind.apiVersion, kind.kind, namespace);
  const { status, json } = await api.request('GET', path, { accept: [403, 429], signal });
  if (status === 403 || status === 429) {
    // A definition that is new is not served for a moment.
    const why = status === 403 ? 'There is no permission to list them (403).' : 'They are not served yet.';
    const says = `Unknown: which ${kind.kind}s there are. ${why}`;
    return { unknown: { id: `stacks/${kind.plural}`, verdict: 'note', says } };
  }
  const { items } = json as { readonly items: readonly OwningResource[] };
  return { stacks: items.map((item) => rowOf({ ...item, kind: kind.kind })) };
}

function rowOf(resource: OwningResource): StackRow {
  const ready = conditionIn(resource, 'Ready');
  const degraded = conditionIn(resource, 'Degraded');
  const drift = lastDriftOf(resource);
  return {
    namespace: resource.metadata.namespace ?? '',
    stack: nameOf(resource),
    ready: isCurrent(resource) ? (ready?.status ?? 'Unknown') : 'Unknown',
    reason: isCurrent(resource) ? (ready?.reason ?? 'Unknown') : 'NotObserved',
    ...(drift === undefined ? {} : { lastDrift: drift }),
    ...(degraded?.status === 'True' ? { attention: degraded.message } : {}),
  };
}

function lastDriftOf({ status }: OwningResource): string | undefined {
  const { lastDrift } = status ?? {};
  return lastDrift && [lastDrift.object, lastDrift.field, lastDrift.time].filter(Boolean).join(' ');
}

interface Listed {
  readonly stacks: readonly StackRow[];
  readonly checks: readonly Check[];
}

const imageOf = ({ workload }: OperatorSeen): string | undefined => workload && choiceOf(workload).image;

/** The tag of an image, where it has one. */
const versionOf = (image: string | undefined): string | undefined => /:([^:/@]+)(@|$)/.exec(image ?? '')?.[1];

function replicasOf({
  workload,
}: OperatorSeen): { readonly wanted: number; readonly ready: number } | undefined {
  if (!workload) return undefined;
  const { status } = workload.object as Deployment;
  return { wanted: choiceOf(workload).replicas, ready: status.readyReplicas ?? 0 };
}

function asData(seen: OperatorSeen, kinds: Kinds, { stacks, checks }: Listed): object {
  const image = imageOf(seen);
  return {
    ok: checks.every(({ verdict }) => verdict === 'ok'),
    namespace: seen.namespace,
    installed: seen.workload !== undefined,
    image: image ?? null,
    version: versionOf(image) ?? null,
    replicas: replicasOf(seen) ?? null,
    leader: seen.leader ?? null,
    definitions: kinds.map((kind) => ({ name: crdName(kind), served: !seen.unserved.includes(kind) })),
    stacks,
    checks,
  };
}

function asText(seen: OperatorSeen, kinds: Kinds, { stacks, checks }: Listed): string {
  const replicas = replicasOf(seen);
  const { holder = 'none', since = '', isStale = false } = seen.leader ?? {};
  const operator = [
    seen.namespace,
    imageOf(seen) ?? '',
    replicas ? `${replicas.ready}/${replicas.wanted}` : '',
    `${holder}${isStale ? ' (stale)' : ''}`,
    since,
  ];
  const definitions = kinds.map((kind) => [
    crdName(kind),
    kind.apiVersion,
    seen.unserved.includes(kind) ? 'missing' : 'served',
  ]);
  const rows = stacks.map(({ namespace, stack, ready, reason, lastDrift = '' }) => [
    ...[namespace, stack, ready, reason, lastDrift],
  ]);
  const attention = stacks.flatMap((one) =>
    one.attention === undefined
      ? []
      : [`  ${one.stack} of namespace ${one.namespace}: ${one.attention.replaceAll('\n', '\n    ')}`],
  );
  return [
    ...(seen.workload ? [table(['NAMESPACE', 'IMAGE', 'READY', 'LEADER', 'SINCE'], [operator])] : []),
    table(['DEFINITION', 'VERSION', 'STATE'], definitions),
    ...(rows.length > 0 ? [table(['NAMESPACE', 'STACK', 'READY', 'REASON', 'LAST DRIFT'], rows)] : []),
    ...(attention.length > 0 ? [`${attention.join('\n')}\n`] : []),
    ...(checks.length > 0 ? [checks.map(checkText).join('\n')] : []),
  ].join('\n\n');
}
