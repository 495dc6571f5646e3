/**
 * A document without its fields that are null. YAML has null for a key without a value, and an API server drops null
 * fields of a custom resource, so both mean that the field is unset. Null items of a list stay.
 */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}
