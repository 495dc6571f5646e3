import { has, type FieldPath, type FieldSet } from './fields.ts';
import type { KubeObject, ManagedFields } from './objects.ts';

/** Who set a field, and when. */
export interface Setter {
  readonly manager: string;
  /** RFC 3339, as in `managedFields`. */
  readonly at: string | undefined;
}

/** Entries of `managedFields`, the latest first. */
export const byLastWrite = (managed: readonly ManagedFields[]): ManagedFields[] =>
  [...managed].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));

/** The managers that own a field of an object, the latest first. */
export const settersOf = ({ metadata }: KubeObject, path: FieldPath): Setter[] =>
  byLastWrite(metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => has((fieldsV1 ?? {}) as FieldSet, path))
    .map(({ manager = 'unknown', time }) => ({ manager, at: time }));
