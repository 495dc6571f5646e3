/** Whether a value holds itself, as YAML's `&a [*a]` makes one: it can be neither walked nor written. */
export function isCyclic(value: unknown): boolean {
  const open = new Set<object>();
  const closed = new Set<object>();
  const walk = (inside: unknown): boolean => {
    if (typeof inside !== 'object' || inside === null || closed.has(inside)) return false;
    if (open.has(inside)) return true;
    open.add(inside);
    const found = Object.values(inside).some(walk);
    open.delete(inside);
    closed.add(inside);
    return found;
  };
  return walk(value);
}
