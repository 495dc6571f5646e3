import { type Difference, type FieldChange, differencesBetween, redactedChange } from './changes.ts';
import { claimChanges, claimsToGrow, mayGrow, withLiveClaims, type Growth } from './volume-claims.ts';
import { namespaceTerminating } from '../kube/api-errors.ts';
import { ApiError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { isRefusal, refusalsOf } from './immutable.ts';
import { isEmpty } from '../kube/fields.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { applyObject, readObject } from '../kube/server-side-apply.ts';
import { anothersText } from './ownership.ts';
import { isAppliedBy, ownFields, scopeOf, withOwners, type Scope } from './take-over.ts';
import { amountOf } from '../model/quantity.ts';
import { autoscaledIn, withoutReplicas } from './autoscalers.ts';
import { inBatches } from './in-batches.ts';
import { contestedBy, type Contested } from './contested.ts';
import { replaceInDryRun } from './dry-run.ts';
import { restored } from './restored.ts';
import { variableNames } from './variable-names.ts';

/** What applying one object will do, by the API server's dry run. */
export interface Planned {
  readonly object: KubeObject;
  readonly live?: KubeObject;
  readonly changes: readonly FieldChange[];
  /** The path of each change, step by step; the changes of claims that grow, which are the last, have none here. */
  readonly steps: readonly (readonly string[])[];
  /** Claims of a StatefulSet that will grow; the set is recreated around its running pods. */
  readonly grows: readonly Growth[];
  /** Fields of others that would change or be removed: only by force. */
  readonly contested: readonly Contested[];
  /** Which fields of the object are the stack's alone. */
  readonly scope: Scope;
  /** Why the live object is another's, and so is not applied. */
  readonly anothers?: string;
  /** Why it cannot be applied, a sentence each; empty when it can. */
  readonly refused: readonly string[];
  readonly warnings: readonly string[];
}

export interface PlanOptions {
  /** A namespace that does not exist yet: objects in it cannot be dry-run. */
  readonly absentNamespace?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Dry-runs the apply of every object.
 * @throws ClusterError when the API server cannot be asked; NAMESPACE_ENDING when the namespace is being deleted.
 */
export async function planOf(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { absentNamespace, signal }: PlanOptions = {},
): Promise<Planned[]> {
  const isThere = ({ metadata }: KubeObject): boolean =>
    absentNamespace === undefined || metadata.namespace !== absentNamespace;
  const isAutoscaled = await autoscaledIn(cluster, objects, { isThere, signal });
  const variables = variableNames(objects);
  return inBatches(objects, (object) =>
    isThere(object)
      ? planObject(cluster, object, { isScaled: isAutoscaled(object), variables, signal })
      : Promise.resolve(creationOf(object)),
  );
}

const unchanged = (object: KubeObject): Planned => ({
  object,
  changes: [],
  steps: [],
  grows: [],
  contested: [],
  scope: scopeOf(object),
  refused: [],
  warnings: [],
});

const creationOf = (object: KubeObject): Planned => ({
  ...unchanged(object),
  ...changesOf(object.kind, differencesBetween(undefined, object)),
});

const changesOf = (kind: string, differences: readonly Difference[]): Pick<Planned, 'changes' | 'steps'> => ({
  changes: differences.map((one) => redactedChange(kind, one)),
  steps: differences.map(({ steps }) => steps),
});

/** A controller writes an object's status a few times in a row while it works. */
const mostReads = 5;

interface How {
  /** An autoscaler sets its replicas. */
  readonly isScaled: boolean;
  /** Of the stack: what others set one of them to may be shown, unless its name is a secret's. */
  readonly variables?: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Dry-runs the apply of one object; of one that is written meanwhile, as it is then.
 * @throws as `planOf`.
 */
export async function planObject(cluster: Cluster, object: KubeObject, how: How): Promise<Planned> {
  for (let reads = 1; ; reads++)
    try {
      return await planOnce(cluster, object, how);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || reads === mostReads) throw error;
    }
}

async function planOnce(cluster: Cluster, object: KubeObject, how: How): Promise<Planned> {
  const { signal } = how;
  const live = await readObject(cluster, object, signal);
  if (live?.metadata.deletionTimestamp && live.kind === 'Namespace')
    throw namespaceTerminating(live.metadata.name);
  const anothers = live && anothersText(object, live, cluster.fieldManager);
  if (live && anothers !== undefined) return { ...unchanged(object), live, anothers };
  try {
    return live ? await planChange(cluster, object, live, how) : await planCreation(cluster, object, signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const refused = await refusalsOf(cluster, object, live, error);
    return { ...unchanged(object), ...(live ? { live } : {}), refused };
  }
}

async function planCreation(cluster: Cluster, object: KubeObject, signal?: AbortSignal): Promise<Planned> {
  const planned = creationOf(object);
  try {
    const applied = await applyObject(cluster, object, { dryRun: true, signal });
    return { ...planned, warnings: 'warnings' in applied ? applied.warnings : [] };
  } catch (error) {
    // The namespace is absent. A user who may not read namespaces learns it only here.
    if (error instanceof ApiError && error.status === 404) return planned;
    throw error;
  }
}

async function planChange(
  cluster: Cluster,
  rendered: KubeObject,
  found: KubeObject,
  { isScaled, variables, signal }: How,
): Promise<Planned> {
  const live = await withOwners(cluster, found, signal);
  const object = isScaled ? withoutReplicas(rendered) : rendered;
  const { grows, refused } = claimChanges(live, object);
  const stuck = await ungrowable(cluster, object, signal);
  const scope = scopeOf(object, { isScaled });
  const judged = judgedAs(object, live);
  const wanted = restoredTo(judged, live, { fieldManager: cluster.fieldManager, scope });
  const next = await replaceInDryRun(cluster, live, wanted, signal);
  const differences = differencesBetween(live, next.object);
  const { changes, steps } = changesOf(live.kind, differences);
  const contested = contestedBy(cluster.fieldManager, live, judged, { differences, known: variables });
  const ofOthers = new Map(contested.map(({ change }) => [change.path, change]));
  return {
    object,
    live,
    changes: [...changes.map((one) => ofOthers.get(one.path) ?? one), ...grows.map(growthChange)],
    steps,
    grows,
    contested,
    scope,
    refused: [...refused, ...stuck],
    warnings: next.warnings,
  };
}

/**
 * Whether applying an object would change nothing, told from its live state alone: no request is made. It may say false
 * of one in sync, where the API server writes a value in another form; a plan tells.
 */
export function isInSync(
  rendered: KubeObject,
  live: KubeObject,
  { fieldManager, isScaled }: { readonly fieldManager: string; readonly isScaled: boolean },
): boolean {
  const object = isScaled ? withoutReplicas(rendered) : rendered;
  const isOwned = (live.metadata.managedFields ?? []).some(isAppliedBy(fieldManager));
  const { grows, refused } = claimChanges(live, object);
  if (!isOwned || grows.length + refused.length > 0) return false;
  const wanted = restoredTo(judgedAs(object, live), live, {
    fieldManager,
    scope: scopeOf(object, { isScaled }),
  });
  return differencesBetween(live, wanted).every(isSameAmount);
}

/** The API server writes a quantity in its shortest form: `1000m` as `1`. */
const isSameAmount = ({ steps, from, to }: Difference): boolean =>
  steps.includes('resources') && isText(from) && isText(to) && amountOf(from) === amountOf(to);

const isText = (value: unknown): value is string => typeof value === 'string';

const judgedAs = (object: KubeObject, live: KubeObject): KubeObject =>
  object.kind === 'StatefulSet' ? withLiveClaims(object, live) : object;

/** What a live object would be after an apply that takes every field of its stack. */
function restoredTo(
  desired: KubeObject,
  live: KubeObject,
  { fieldManager, scope }: { readonly fieldManager: string; readonly scope: Scope },
): KubeObject {
  const taken = ownFields(live, { fieldManager, scope, force: true, apiVersion: desired.apiVersion });
  return restored(live, isEmpty(taken) ? undefined : taken, desired) as KubeObject;
}

const growthChange = ({ claim, from, to }: Growth): FieldChange => ({
  path: `spec.volumeClaimTemplates[${claim}].spec.resources.requests.storage`,
  from,
  to,
});

/** Claims that should grow, though their class does not allow it. */
async function ungrowable(cluster: Cluster, object: KubeObject, signal?: AbortSignal): Promise<string[]> {
  const claims = object.kind === 'StatefulSet' ? await claimsToGrow(cluster, object, signal) : [];
  const problems = await Promise.all(
    claims.map(async ({ name, from, to, storageClass }) => {
      if (storageClass === undefined || (await mayGrow(cluster, storageClass)) !== false) return [];
      return [
        `${nameOf(object)}: claim ${name} is ${from} and cannot grow to ${to}: its StorageClass "${storageClass}" does not allow it (allowVolumeExpansion).`,
      ];
    }),
  );
  return problems.flat();
}
