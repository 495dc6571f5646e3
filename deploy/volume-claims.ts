import type { StorageClass } from 'kubernetes-types/storage/v1.js';
import { mebibytes } from '../model/quantity.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { PersistentVolumeClaim, StatefulSet } from '../kube/kinds.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';

/** A claim template of a StatefulSet. */
export type Claim = PersistentVolumeClaim;

/** A claim that should grow. Sizes are Kubernetes quantities. */
export interface Growth {
  readonly claim: string;
  readonly from: string;
  readonly to: string;
}

export const claimsOf = (object: KubeObject): readonly Claim[] =>
  ((object['spec'] as Partial<StatefulSet['spec']> | undefined)?.volumeClaimTemplates ??
    []) as unknown as Claim[];

export const replicasOf = (object: KubeObject): number =>
  (object['spec'] as Partial<StatefulSet['spec']> | undefined)?.replicas ?? 1;

export const sizeOf = ({ spec }: Claim): string => spec.resources?.requests?.['storage'] ?? '0';

/** The claims a StatefulSet's pods use, by template. */
export const claimNames = (set: KubeObject, claim: string, replicas: number): string[] =>
  Array.from({ length: replicas }, (_, ordinal) => `${claim}-${set.metadata.name}-${ordinal}`);

/** The claims of a live StatefulSet that should grow, and why other changes of its claims are refused. */
export function claimChanges(live: KubeObject, desired: KubeObject): { grows: Growth[]; refused: string[] } {
  const before = new Map(claimsOf(live).map((claim) => [claim.metadata.name, claim]));
  const after = claimsOf(desired);
  const grows: Growth[] = [];
  const refused: string[] = [];
  for (const claim of after) {
    const old = before.get(claim.metadata.name);
    before.delete(claim.metadata.name);
    const problem = old ? problemOf(nameOf(desired), old, claim) : fixed(desired, claim, 'be added');
    if (problem) refused.push(problem);
    else if (old && mebibytes(sizeOf(claim)) > mebibytes(sizeOf(old)))
      grows.push({ claim: claim.metadata.name, from: sizeOf(old), to: sizeOf(claim) });
  }
  for (const claim of before.values()) refused.push(fixed(desired, claim, 'be taken away'));
  return { grows, refused };
}

function problemOf(where: string, old: Claim, next: Claim): string | undefined {
  const { name } = next.metadata;
  if (mebibytes(sizeOf(next)) < mebibytes(sizeOf(old)))
    return `${where}: volume "${name}" is ${sizeOf(old)} and cannot shrink to ${sizeOf(next)}: a volume never shrinks. Write ${sizeOf(old)} or more.`;
  const [from, to] = [old.spec.storageClassName, next.spec.storageClassName];
  if (from !== to)
    return `${where}: volume "${name}" is of ${classNamed(from)} and cannot move to ${classNamed(to)}: a claim keeps its class. Write ${from ? `"${from}"` : 'none'} again, or bring the content over by backup and restore.`;
  return undefined;
}

const classNamed = (name: string | undefined): string =>
  name === undefined ? "the cluster's default class" : `class "${name}"`;

const fixed = (set: KubeObject, claim: Claim, what: string): string =>
  `${nameOf(set)}: volume "${claim.metadata.name}" cannot ${what}: a StatefulSet's claim templates are immutable.`;

/** The desired StatefulSet with the live claim templates, so that the rest of it can be dry-run. */
export const withLiveClaims = (desired: KubeObject, live: KubeObject): KubeObject => ({
  ...desired,
  spec: { ...(desired['spec'] as object), volumeClaimTemplates: claimsOf(live) },
});

/** A live claim that is smaller than it should be. */
export interface ClaimToGrow {
  readonly path: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly storageClass: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** The existing claims of a StatefulSet that are smaller than its templates ask, with the size they should get. */
export async function claimsToGrow(
  { api }: Cluster,
  desired: KubeObject,
  signal?: AbortSignal,
): Promise<ClaimToGrow[]> {
  const { namespace = '' } = desired.metadata;
  const wanted = claimsOf(desired).flatMap((claim) =>
    claimNames(desired, claim.metadata.name, replicasOf(desired)).map((name) => ({
      name,
      to: sizeOf(claim),
    })),
  );
  const found = await Promise.all(
    wanted.map(async ({ name, to }) => {
      const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
      const { status, json } = await api.request('GET', path, { accept: [404], signal });
      if (status === 404) return [];
      const live = json as PersistentVolumeClaim;
      const from = sizeOf(live);
      if (mebibytes(from) >= mebibytes(to)) return [];
      const { resourceVersion } = live.metadata;
      return [{ path, name, from, to, storageClass: live.spec.storageClassName, resourceVersion }];
    }),
  );
  return found.flat();
}

/** Whether volumes of a class may grow; `undefined` where that may not be read. */
export async function mayGrow({ api }: Cluster, storageClass: string): Promise<boolean | undefined> {
  const path = `/apis/storage.k8s.io/v1/storageclasses/${storageClass}`;
  const { status, json } = await api.request('GET', path, { accept: [403, 404] });
  if (status !== 200) return undefined;
  return (json as StorageClass).allowVolumeExpansion === true;
}
