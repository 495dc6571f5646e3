import { isFields, type Fields } from '../../model/fields.ts';

/**
 * The JSON merge patch (RFC 7396) that makes one object another: a field that is left out stays as it is, so each that
 * goes is null, at every level.
 */
export const mergePatch = (before: Fields, after: Fields): Fields => ({
  ...Object.fromEntries(Object.keys(before).map((field) => [field, null])),
  ...Object.fromEntries(
    Object.entries(after).map(([field, value]) => {
      const old = before[field];
      return [field, isFields(value) && isFields(old) ? mergePatch(old, value) : value];
    }),
  ),
});
