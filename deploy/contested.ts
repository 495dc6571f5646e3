import { entriesOf, redactedChange, valueAt, type Difference, type FieldChange } from './changes.ts';
import { changeOfOthers } from './values-of-others.ts';
import { elementOfItem, isWhole, pathText, type FieldPath, type FieldSet } from '../kube/fields.ts';
import { byLastWrite } from '../kube/field-managers.ts';
import type { KubeObject } from '../kube/objects.ts';
import { fieldsOf, foreignIn } from './take-over.ts';

/** A field that an apply would change or remove and that another manager owns. */
export interface Contested {
  readonly manager: string;
  /** As the API server writes it: `.spec.template.spec.containers[name="web"].image`. */
  readonly field: string;
  /** Both values, redacted; of what the stack does not know the live one is not shown at all. */
  readonly change: FieldChange;
  /** Whether the stack renders the field. */
  readonly isRendered: boolean;
}

/** How a live object and the result of an apply differ. */
interface Compared {
  readonly differences: readonly Difference[];
  /** Variables of the stack: what others set one to is judged by its name. */
  readonly known?: ReadonlySet<string> | undefined;
}

/**
 * The differences between a live object and the result of an apply in fields that others own; of several owners the
 * latest. `managedFields` keeps no record of a removal, so a removed field has no owner.
 */
export function contestedBy(
  fieldManager: string,
  live: KubeObject,
  desired: KubeObject,
  { differences, known = new Set() }: Compared,
): Contested[] {
  const others = byLastWrite(foreignIn(live.metadata.managedFields ?? [], fieldManager));
  return differences.flatMap((difference) => {
    for (const entry of others) {
      const path = ownedPath(fieldsOf(entry), live, difference.steps);
      if (path === undefined) continue;
      const isRendered = valueAt(desired, difference.steps) !== undefined;
      const change = redactedChange(live.kind, difference);
      return [
        {
          manager: entry.manager ?? 'unknown',
          field: pathText(path),
          change: changeOfOthers(change, difference.steps, { desired, known }),
          isRendered,
        },
      ];
    }
    return [];
  });
}

/** The path of a value in a field set; it ends earlier where an ancestor is owned as a whole. */
function ownedPath(fields: FieldSet, object: unknown, steps: readonly string[]): FieldPath | undefined {
  const path: string[] = [];
  let [set, value]: [FieldSet, unknown] = [fields, object];
  for (const step of steps) {
    if (path.length > 0 && isWhole(set)) return path;
    const inside = entriesOf(value)?.get(step);
    const element = Array.isArray(value) ? elementOfItem(set, inside, value.indexOf(inside)) : `f:${step}`;
    const next: FieldSet | undefined = element === undefined ? undefined : set[element];
    if (element === undefined || next === undefined) return undefined;
    path.push(element);
    [set, value] = [next, inside];
  }
  return path;
}
