import { hidden, replacedAt, valueAt } from '../../deploy/changes.ts';
import { execute } from '../../deploy/execute.ts';
import { overriddenText } from '../../deploy/overridden.ts';
import { isInSync, type Planned } from '../../deploy/plan.ts';
import { changeOfOthers } from '../../deploy/values-of-others.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import type { Context } from './context.ts';
import type { Converged, ConvergeOptions } from './converged.ts';
import { projectObject } from './observed.ts';
import { noValue, unknownManager, type Drift } from './resource.ts';

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
  if (planned.anothers !== undefined) return leftToAnother(planned.anothers);
  if (planned.refused.length > 0) return { drift: [], problems: planned.refused };
  const drifted = driftIn(planned, options);
  const drift = drifted.map((one) => one.drift);
  const left = drifted.length > 0 ? leftBy(context, options, drift) : undefined;
  if (left) return { ...left, ...(await leave(context, planned, drifted, options)) };
  // The status says that it is not there before it is deleted: a process that ends in between must not find it deleted.
  if (planned.grows.length > 0 && options.wasThere)
    return { drift: [], problems: [], pending: recreated(planned), requeueAfterMs: 1 };
  const done = await carryOut(context, planned, options);
  if (drift.length > 0) context.drifts.repaired(options.key, drift);
  return { ...done, drift, problems: [] };
}

/** What is another's is not touched, whatever its fields are. */
export const leftToAnother = (why: string): Converged => ({ drift: [], isAnothers: true, problems: [why] });

/** Whether what others did is left: by the policy, or for a while, since they do it again and again. */
export function leftBy(
  { drifts }: Context,
  { key, drift }: ConvergeOptions,
  changes: readonly Drift[],
): Pick<Converged, 'isLeft' | 'requeueAfterMs'> | undefined {
  if (drift !== 'heal') return { isLeft: true };
  drifts.found(key, changes);
  const waitMs = drifts.waitMs(key);
  return waitMs > 0 ? { isLeft: true, requeueAfterMs: waitMs } : undefined;
}

const recreated = ({ object }: Planned): string =>
  `${nameOf(object)} is about to be recreated around its running pods, since a volume grows.`;

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

/**
 * What others changed. `managedFields` keeps no record of a removal, so only what this process has seen before, in sync or
 * left as it is, can tell one.
 */
function driftIn({ object, contested, changes, steps }: Planned, options: ConvergeOptions): Drifted[] {
  const { wasInSync, owners, rendered, variables: known, now } = options;
  const time = now();
  for (const { change, manager } of contested) owners.set(change.path, manager);
  return changes.flatMap((change, index) => {
    const at = steps[index];
    const { path, to } = change;
    if (!at || (!wasInSync && !owners.has(path))) return [];
    const manager = owners.get(path) ?? unknownManager;
    const { from } = changeOfOthers(change, at, { desired: object, known });
    const overrides = to === undefined ? overriddenText(rendered, object, at) : undefined;
    const drift = {
      ...{ object: nameOf(object), field: path.slice(0, longestValue) },
      ...{ from: shown(to), to: shown(from), manager, time },
      ...(overrides === undefined ? {} : { overrides: overrides.slice(0, longestValue) }),
    };
    return [{ steps: at, drift }];
  });
}

const longestValue = 1_000;

/** A value as JSON; it and a path are bounded, as in the status' schema. A text in JSON is quoted, what stands in is not. */
const shown = (value: unknown): string => {
  if (value === undefined) return noValue;
  return value === hidden ? hidden : JSON.stringify(value).slice(0, longestValue);
};
