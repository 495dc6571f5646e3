import { stringify } from 'yaml';
import { inBatches } from '../../deploy/in-batches.ts';
import { listObjects } from '../../deploy/stack-objects.ts';
import { isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { findingCodes } from '../../proof/codes.ts';
import type { Finding } from '../../proof/findings.ts';
import { apiVersions, clusterKinds, type KnownKind } from '../../proof/graph/kinds.ts';
import { knownVersions } from '../../proof/schemas/kubernetes-types.ts';
import { readDocuments, type Doc } from '../../proof/source.ts';

/** What is to be checked of a namespace. */
export interface LiveInput {
  readonly docs: readonly Doc[];
  /** The kinds that may not be read. */
  readonly unread: readonly string[];
  /** The cluster's release, where its schema is known. */
  readonly kubernetes?: string;
}

/**
 * The objects of a namespace that people or their tools made. What Kubernetes' own controllers made of those, such as
 * the pods of a Deployment, is left out: its owner is checked.
 * @throws ClusterError as `Api.request` does; a kind that may not be read is a finding instead.
 */
export async function readLive(cluster: Cluster, namespace: string): Promise<LiveInput> {
  const kinds = Object.entries(apiVersions).filter(([kind]) => !clusterKinds.includes(kind));
  const answers = await inBatches([['Namespace', 'v1'] as const, ...kinds], ([kind, apiVersion]) =>
    unlessDenied(kind, () => objectsOf(cluster, [apiVersion, kind], namespace)),
  );
  const objects = answers.flatMap((answer) => ('objects' in answer ? answer.objects : []));
  const kubernetes = await releaseOf(cluster);
  return {
    docs: objects.filter(isMade).flatMap(docOf),
    unread: answers.flatMap((answer) => ('unread' in answer ? [answer.unread] : [])),
    ...(kubernetes === undefined ? {} : { kubernetes }),
  };
}

async function objectsOf(
  cluster: Cluster,
  [apiVersion, kind]: readonly [string, string],
  namespace: string,
): Promise<KubeObject[]> {
  // The Gateway API is not in every cluster.
  if (!(await cluster.discovery.find(apiVersion, kind))) return [];
  if (kind !== 'Namespace') return listObjects(cluster, [apiVersion, kind], { namespace });
  const found = await readObject(cluster, { apiVersion, kind, metadata: { name: namespace } });
  return found ? [found] : [];
}

type Answer = { readonly objects: readonly KubeObject[] } | { readonly unread: string };

async function unlessDenied(kind: string, read: () => Promise<KubeObject[]>): Promise<Answer> {
  try {
    return { objects: await read() };
  } catch (error) {
    if (!isClusterError(error, 'CLUSTER_DENIED')) throw error;
    return { unread: kind };
  }
}

/** Kinds that have pods. */
const workloads: readonly string[] = [
  ...(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod'] satisfies KnownKind[]),
];

/** What was found of live objects as it can be said, and what may not be read. */
export function liveFindings(
  namespace: string,
  { unread }: Pick<LiveInput, 'unread'>,
  found: readonly Finding[],
): Finding[] {
  const isUncertain = ({ code }: Finding): boolean =>
    code === 'SELECTS_NOTHING' && unread.some((kind) => workloads.includes(kind));
  return [
    ...unread.map((kind) => unreadFinding(kind, namespace)),
    ...found
      // `mooring apply` makes the Secret mutable, since a rotation changes it: only manifests would overwrite it.
      .filter(({ code }) => code !== 'SECRET_MUTABLE')
      .map((finding): Finding => (isUncertain(finding) ? { ...finding, severity: 'unknown' } : finding)),
  ];
}

const unreadFinding = (kind: string, namespace: string): Finding => ({
  code: 'LIVE_UNREAD',
  severity: 'unknown',
  message: `Objects of kind ${kind} in namespace ${namespace} may not be read by this account: what depends on them is not known.`,
  here: { file: `${namespace}/${kind}`, line: 1, field: '' },
  fix: findingCodes.LIVE_UNREAD.fix,
});

/** What makes objects of others' objects, and nothing else. */
const controllers: ReadonlySet<string> = new Set([
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'Node',
]);

const isMade = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp === undefined &&
  !(metadata.ownerReferences ?? []).some(
    ({ kind, controller, apiVersion = '' }) =>
      controller === true && controllers.has(kind) && /^(v1|apps\/.*|batch\/.*)$/.test(apiVersion),
  );

/** As `kubectl get KIND NAME -o yaml` prints it, so that its lines are the same. Its status, the last there, is left out. */
function docOf({ metadata, ...object }: KubeObject): Doc[] {
  const file = `${metadata.namespace ?? metadata.name}/${object.kind}/${metadata.name}`;
  const shown = { ...without(object, 'status'), metadata: without(metadata, 'managedFields') };
  return readDocuments(file, stringify(shown, { sortMapEntries: true, indentSeq: false, lineWidth: 0 }));
}

const without = (object: object, field: string): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== field));

/** A release that is newer or older than those whose schema is known is held against the newest. */
async function releaseOf({ api }: Cluster): Promise<string | undefined> {
  const { json } = await api.request('GET', '/version');
  const { major = '', minor = '' } = json as { major?: string; minor?: string };
  const release = `${major}.${minor.replace(/\D+$/, '')}`;
  return knownVersions().includes(release) ? release : undefined;
}
