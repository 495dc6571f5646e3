import { ClusterError } from '../kube/cluster-error.ts';
import { podTemplateOf } from '../kube/kinds.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';
import { asArguments, stackLabels } from '../model/labels.ts';
import { restoreCommand, whereKeysAre, type SecretReader } from './secret-readers.ts';
import { stackSecretOf, type StackRef } from './stack-objects.ts';
import { claimNames, claimsOf } from './volume-claims.ts';

/** What would be made: the stack, the keys that are not there, and who reads which. */
export interface Lacking {
  readonly stack: StackRef;
  readonly keys: readonly string[];
  readonly readers: readonly SecretReader[];
  /** The stack's workloads that are there and stay. */
  readonly workloads: readonly WorkloadRef[];
  /** What is rendered. */
  readonly objects: readonly KubeObject[];
}

export interface WorkloadRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * Refuses to make a Secret anew that was deleted, or keys of it: stores keep their passwords in their volumes, so new ones
 * would lock every new pod out. A key was there where a live workload takes its environment from it, or where a volume of a
 * service is that keeps it.
 * @throws ClusterError PREFLIGHT_FAILED, SecretLost or SecretKeyLost.
 */
export async function assertNeverMade(
  cluster: Cluster,
  lacking: Lacking,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { workloads, stack } = lacking;
  const { namespace } = stack;
  const secret = stackSecretOf(stack).metadata.name;
  const taken = await Promise.all(
    workloads.map(({ apiVersion, kind, name }) =>
      keysTaken(cluster, { apiVersion, kind, metadata: { name, namespace } }, secret, signal),
    ),
  );
  const lost = lacking.keys.filter((key) => taken.some((keys) => keys.includes(key)));
  if (lost.length > 0) throw lostError(lacking, secret, lost);
  const volumes = workloads.length > 0 ? [] : await keepingVolumes(cluster, lacking, signal);
  if (volumes.length > 0) throw volumesError(lacking, secret, volumes);
}

/** The volume claims of an earlier stack of this name in which services keep keys that are not there. */
async function keepingVolumes(
  cluster: Cluster,
  { stack, keys, readers, objects }: Lacking,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const keeping = readers.filter(({ key, keeps }) => keeps && keys.includes(key));
  const claims = objects
    .filter(({ kind, metadata }) =>
      keeping.some((one) => one.kind === kind && one.workload === metadata.name),
    )
    .flatMap((set) => claimsOf(set).flatMap((claim) => claimNames(set, claim.metadata.name, 1)))
    .map((name) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: stack.namespace },
    }));
  const found = await Promise.all(claims.map((claim) => readObject(cluster, claim, signal)));
  // One that is being deleted is in no new pod.
  return found.flatMap((one) => (one && !one.metadata.deletionTimestamp ? one.metadata.name : []));
}

/** The keys of a Secret that a workload takes as it is live; none where it is not there. */
async function keysTaken(
  cluster: Cluster,
  workload: KubeObject,
  secret: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const live = await readObject(cluster, workload, signal);
  return live ? keysIn(live, secret) : [];
}

/** The keys of a Secret that the containers of a workload take their environment from. */
function keysIn(workload: KubeObject, secret: string): string[] {
  const { containers = [], initContainers = [] } = podTemplateOf(workload)?.spec ?? {};
  return [...containers, ...initContainers]
    .flatMap(({ env = [] }) => env)
    .flatMap(({ valueFrom }) => (valueFrom?.secretKeyRef?.name === secret ? valueFrom.secretKeyRef.key : []));
}

/**
 * Whether a rendered workload takes no key of a Secret but those that the live one takes already. A key that it takes has to
 * mean that the key was there once.
 */
export async function takesNoNewKey(
  cluster: Cluster,
  workload: KubeObject,
  secret: string,
  signal: AbortSignal,
): Promise<boolean> {
  const wanted = keysIn(workload, secret);
  if (wanted.length === 0) return true;
  const taken = await keysTaken(cluster, workload, secret, signal);
  return wanted.every((key) => taken.includes(key));
}

/** In two lines, so that an Event can do without the second: what happened, and the command. */
function lostError({ stack, keys, readers }: Lacking, secret: string, lost: readonly string[]): ClusterError {
  const isWhole = readers.every(({ key }) => keys.includes(key));
  const what = isWhole
    ? `Secret ${secret} was deleted`
    : `${lost.join(', ')} was removed from Secret ${secret}`;
  const of = readers.filter(({ key }) => lost.includes(key));
  return new ClusterError(
    'PREFLIGHT_FAILED',
    `${what}. No new value is made: the stores keep the passwords in their volumes, and running pods have them in their environment: ${whereKeysAre(of)}.\n` +
      `Restore it from a backup, or write what the pods have: ${restoreCommand(stack, secret, of)}`,
    { reason: isWhole ? 'SecretLost' : 'SecretKeyLost' },
  );
}

function volumesError(
  { stack, keys, readers }: Lacking,
  secret: string,
  names: readonly string[],
): ClusterError {
  const kept = readers
    .filter(({ key, keeps }) => keeps && keys.includes(key))
    .map(({ key, kind, workload }) => `${key} of ${kind} ${workload}`);
  return new ClusterError(
    'PREFLIGHT_FAILED',
    `There is no Secret ${secret}, though volumes of an earlier stack of this name are there: ${names.join(', ')}. They keep ${kept.join(', ')}, so no new value is made.\n` +
      `Restore the Secret from a backup, with the labels ${asArguments(stackLabels(stack))}, or delete the volumes with all that is on them: kubectl -n ${stack.namespace} delete pvc ${names.join(' ')}`,
    { reason: 'SecretLost' },
  );
}
