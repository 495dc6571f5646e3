import { createHash } from 'node:crypto';
import { keyOfObject, type KubeObject } from '../../kube/objects.ts';
import type { Converged } from './converged.ts';

/**
 * Which rendered objects were there once, as the status keeps it: an absent one of them was deleted by somebody else, also
 * after the document was changed or another process has begun to lead. Others are new.
 */
export interface Inventory {
  has(object: KubeObject): boolean;
}

/** @param written as `status.inventory` of a resource has it. */
export function inventoryOf(written: string | undefined): Inventory {
  const known = new Set(written?.split(' '));
  return { has: (object) => known.has(digestOf(object)) };
}

/** What the status says of it after a reconcile. What ends for a while to be made again is not there. */
export const inventoryAfter = (
  before: Inventory,
  results: ReadonlyMap<KubeObject, Pick<Converged, 'pending' | 'problems' | 'isAwaiting'>>,
): string =>
  [...results]
    .filter(([object, { pending, problems, isAwaiting }]) =>
      problems.length > 0 || isAwaiting ? before.has(object) : pending === undefined,
    )
    .map(([object]) => digestOf(object))
    .sort()
    .join(' ');

const digestOf = (object: KubeObject): string =>
  createHash('sha256').update(keyOfObject(object)).digest('hex').slice(0, 8);
