import { hidden } from '../../deploy/changes.ts';
import { noValue, unknownManager, type Drift } from './resource.ts';

/** What others did to an object, or to a field of it. */
type Deed = 'deleted' | 'added' | 'removed' | 'changed';

function deedOf({ field, from, to }: Drift): Deed {
  if (field === '') return 'deleted';
  if (from === noValue) return 'added';
  return to === noValue ? 'removed' : 'changed';
}

/** A drift in a sentence. `managedFields` tells of no removal whose it was. */
export function driftText(drift: Drift): string {
  const { object, field, from, manager, overrides } = drift;
  const by = manager === unknownManager ? '' : ` (set by ${manager})`;
  const value = drift.to === hidden ? undefined : drift.to;
  const instead = overrides === undefined ? '' : `, and is used instead of ${overrides}`;
  const told: Record<Deed, string> = {
    deleted: ' was deleted.',
    added: `: ${field} was added${value === undefined ? '' : ` as ${value}`}${by}${instead}.`,
    removed: `: ${field} was removed; it should be ${from}.`,
    changed:
      value === undefined
        ? `: ${field} was changed${by}; it should be ${from}.`
        : `: ${field} is ${value}${by} instead of ${from}.`,
  };
  return `${object}${told[deedOf(drift)]}`;
}

/** What undoes it, after "it was" or "it is". */
export const undoingText = (drift: Drift): string =>
  ({
    deleted: 'made again',
    added: 'removed',
    removed: 'put back',
    changed: `put back to ${drift.from}`,
  })[deedOf(drift)];
