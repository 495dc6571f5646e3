import type { Container, PodSpec, ResourceQuota, ResourceQuotaList } from 'kubernetes-types/core/v1.js';
import { claimsOf, replicasOf, sizeOf } from '../volume-claims.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { podTemplateOf } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { amountOf } from '../../model/quantity.ts';

/**
 * The resources of which the namespace's quotas leave too little for the workloads that do not exist yet.
 * @param absent the objects that an apply would create; called only where there is a quota.
 */
export async function missingQuota(
  { api }: Cluster,
  absent: () => Promise<readonly KubeObject[]>,
  namespace: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
  const { status, json } = await api.request('GET', path, { accept: [403], signal });
  if (status === 403) return [];
  const quotas = (json as ResourceQuotaList).items.filter(
    ({ spec }) => !spec?.scopes?.length && spec?.scopeSelector === undefined,
  );
  if (quotas.length === 0) return [];
  const needs = needsOf(await absent());
  return quotas.flatMap((quota) => shortfalls(quota, needs));
}

function shortfalls({ metadata, status }: ResourceQuota, needs: ReadonlyMap<string, number>): string[] {
  return Object.entries(status?.hard ?? {}).flatMap(([resource, hard]) => {
    const needed = needs.get(resource) ?? 0;
    const used = status?.used?.[resource] ?? '0';
    if (needed === 0 || amountOf(used) + needed <= amountOf(hard)) return [];
    return [
      `room in quota "${metadata?.name ?? ''}" for ${resource}: ${hard} at most, ${used} used, ${quantityText(resource, needed)} more needed`,
    ];
  });
}

const quantityText = (resource: string, amount: number): string =>
  /memory|storage/.test(resource) ? `${Math.ceil(amount / 1_048_576)}Mi` : String(Number(amount.toFixed(3)));

/** Resource name as in a quota → how much of it the objects take, in cores, bytes or pieces. */
function needsOf(objects: readonly KubeObject[]): Map<string, number> {
  const needs = new Map<string, number>();
  const add = (resource: string, amount: number): void => {
    needs.set(resource, (needs.get(resource) ?? 0) + amount);
  };
  for (const object of objects) {
    add(`count/${object.kind.toLowerCase()}s`, 1);
    if (['Service', 'ConfigMap', 'Secret'].includes(object.kind)) add(`${object.kind.toLowerCase()}s`, 1);
    const spec = podTemplateOf(object)?.spec;
    if (spec) addPods(add, spec, replicasOf(object));
    for (const claim of claimsOf(object)) {
      add('persistentvolumeclaims', replicasOf(object));
      add('requests.storage', replicasOf(object) * amountOf(sizeOf(claim)));
    }
  }
  return needs;
}

function addPods(add: (resource: string, amount: number) => void, spec: PodSpec, replicas: number): void {
  add('pods', replicas);
  for (const kind of ['requests', 'limits'] as const) {
    const amountsIn = ({ resources }: Container): Readonly<Record<string, string>> => resources?.[kind] ?? {};
    const names = [...spec.containers, ...(spec.initContainers ?? [])].flatMap((one) =>
      Object.keys(amountsIn(one)),
    );
    for (const name of new Set(names)) {
      const amount = amountIn(spec, (container) => amountOf(amountsIn(container)[name] ?? '0'));
      add(`${kind}.${name}`, replicas * amount);
      // A quota's plain `cpu` means `requests.cpu`.
      if (kind === 'requests') add(name, replicas * amount);
    }
  }
}

/** What a pod takes: all that runs together, or an init container with the sidecars before it where that is more. */
function amountIn(
  { containers, initContainers = [] }: PodSpec,
  of: (container: Container) => number,
): number {
  let [beside, most] = [0, 0];
  for (const one of initContainers) {
    if (one.restartPolicy === 'Always') beside += of(one);
    else most = Math.max(most, beside + of(one));
  }
  return Math.max(most, beside + containers.reduce((sum, one) => sum + of(one), 0));
}
