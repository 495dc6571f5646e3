import { replacedAt, valueAt } from '../../deploy/changes.ts';
import { execute } from '../../deploy/execute.ts';
import { isInSync, type Planned } from '../../deploy/plan.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import type { Context } from './context.ts';
import type { Converged, ConvergeOptions } from './converged.ts';
import { projectObject } from './observed.ts';
import { hiddenValue, noValue, unknownManager, type Drift } from './resource.ts';

/** A field that others changed. */
interface Drifted {
  readonly steps: readonly string[];
  readonly drift: Drift;
}

/** Makes a live object what is rendered; what others changed in it is put back or left, as the policy says. */
export async function repair(
  context: Context,
  planned: Planned,
  options: ConvergeOptions,
): Promise<Converged> {
  const refused = [...planned.refused, ...ownedByOthers(planned)];
  if (refused.length > 0) return { drift: [], problems: refused };
  const drifted = driftIn(planned, options);
  const left = drifted.length > 0 ? leftBy(context, options) : undefined;
  if (left) return { ...left, ...(await leave(context, planned, drifted, options)) };
  const done = await carryOut(context, planned, options);
  const drift = drifted.map((one) => one.drift);
  if (drift.length > 0)
    context.drifts.repaired(
      options.key,
      drift.map(({ manager }) => manager),
    );
  return { ...done, drift, problems: [] };
}

/** Whether what others did is left: by the policy, or for a while, since they do it again and again. */
export function leftBy(
  { drifts }: Context,
  { key, drift }: ConvergeOptions,
): Pick<Converged, 'isLeft' | 'requeueAfterMs'> | undefined {
  if (drift !== 'heal') return { isLeft: true };
  const waitMs = drifts.waitMs(key);
  return waitMs > 0 ? { isLeft: true, requeueAfterMs: waitMs } : undefined;
}

type Done = Pick<Converged, 'observed' | 'requeueAfterMs' | 'pending'>;

async function carryOut(
  context: Context,
  planned: Planned,
  { signal, isScaled }: ConvergeOptions,
): Promise<Done> {
  let applied: KubeObject | undefined;
  const done = await execute(context.cluster, planned, {
    forceConflicts: true,
    unchangedSince: true,
    onApplied: (object) => (applied = object),
    signal,
  });
  if (!('done' in done)) return { requeueAfterMs: done.requeueAfterMs, pending: `${done.pending}.` };
  return applied ? stateOf(context, planned, applied, isScaled) : {};
}

/** Admission may have made something else of what was applied: that is compared anew. */
function stateOf(
  { cluster: { fieldManager }, objects }: Context,
  { object, live }: Planned,
  applied: KubeObject,
  isScaled: boolean,
): Done {
  // A workload that has a new template is not ready any more, though the watch does not say so yet.
  const observed = objects.remember(projectObject(applied));
  if (isInSync(object, applied, { fieldManager, isScaled })) return { observed };
  return live?.metadata.resourceVersion === observed.resourceVersion ? {} : { requeueAfterMs: 0 };
}

/** Leaves what others changed, and applies whatever else the document changes in the object. */
async function leave(
  context: Context,
  planned: Planned,
  drifted: readonly Drifted[],
  options: ConvergeOptions,
): Promise<Omit<Converged, 'observed' | 'isLeft'>> {
  const { steps, grows, object, live } = planned;
  const drift = drifted.map((one) => one.drift);
  context.drifts.leave(options.key, new Map(drift.map(({ field, manager }) => [field, manager])));
  const told = { drift: options.drift === 'ignore' ? [] : drift, problems: [] };
  if (!live || (steps.length === drifted.length && grows.length === 0)) return told;
  const rest = { ...planned, object: asLeft(object, live, drifted), contested: [] };
  const done = await carryOut(context, rest, options);
  return done.pending === undefined ? told : { ...told, ...done };
}

/** A rendered object with the live values of some fields. What is not rendered needs none: an apply leaves it. */
const asLeft = (rendered: KubeObject, live: KubeObject, kept: readonly Drifted[]): KubeObject =>
  kept.reduce((object, { steps }) => replacedAt(object, steps, valueAt(live, steps)) as KubeObject, rendered);

/** A stack of another kind may have the same name. An earlier document of ours has another uid only. */
function ownedByOthers({ object, live }: Planned): string[] {
  const [ours, theirs] = [object, live].map((one) =>
    one?.metadata.ownerReferences?.find(({ controller }) => controller),
  );
  if (!theirs || (theirs.kind === ours?.kind && theirs.name === ours.name)) return [];
  return [`${nameOf(object)} belongs to ${theirs.kind} ${theirs.name}; rename one of the two.`];
}

/**
 * What others changed. `managedFields` keeps no record of a removal, so only what this process has seen before, in sync or
 * left as it is, can tell one.
 */
function driftIn({ object, contested, changes, steps }: Planned, options: ConvergeOptions): Drifted[] {
  const { wasInSync, owners, now } = options;
  const time = now();
  for (const { change, manager } of contested) owners.set(change.path, manager);
  return changes.flatMap(({ path, from, to }, index) => {
    const at = steps[index];
    if (!at || (!wasInSync && !owners.has(path))) return [];
    const manager = owners.get(path) ?? unknownManager;
    const drift = {
      ...{ object: nameOf(object), field: path.slice(0, longestValue) },
      ...{ from: shown(to), to: isRendered(object, at) ? shown(from) : added(from), manager, time },
    };
    return [{ steps: at, drift }];
  });
}

const longestValue = 1_000;

const isRendered = (object: KubeObject, steps: readonly string[]): boolean =>
  valueAt(object, steps) !== undefined;

/** Of a field that nothing renders no name tells whether others keep a secret in it. */
const added = (value: unknown): string => (value === undefined ? noValue : hiddenValue);

/** A value as JSON; it and a path are bounded, as in the status' schema. */
const shown = (value: unknown): string =>
  value === undefined ? noValue : JSON.stringify(value).slice(0, longestValue);
