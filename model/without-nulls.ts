/**
 * A document without its fields that are null. YAML has null for a key without a value, and an API server drops null
 * fields of a custom resource, so both mean that the field is unset. Null items of a list stay.
 */
export const withoutNulls = (value: unknown): unknown => (hasNulls(value) ? copyWithout(value) : value);

function hasNulls(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasNulls);
  return Object.values(value).some((inner) => inner === null || hasNulls(inner));
}

function copyWithout(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyWithout);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, copyWithout(inner)]));
}
