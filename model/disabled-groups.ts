/**
 * A sentence for each group with `enabled: false` and further fields, which then have no effect. They are no error:
 * people switch a group off for a while.
 */
export function disabledGroups(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { enabled, ...others } = value as Readonly<Record<string, unknown>>;
  const written = Object.keys(others);
  const inside = Object.entries(others).flatMap(([key, child]) => disabledGroups(child, [...path, key]));
  if (enabled !== false || written.length === 0) return inside;
  const [verb, them] = written.length === 1 ? ['has', 'it'] : ['have', 'them'];
  return [
    `${path.join('.')}: ${written.join(' and ')} ${verb} no effect where enabled is false. Remove ${them}, or write enabled: true.`,
    ...inside,
  ];
}
