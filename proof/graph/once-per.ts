/** The same function, which computes what it says of a graph, or of a part of one, when it is first asked for. */
export function oncePer<K extends object, T>(compute: (key: K) => T): (key: K) => T {
  const memory = new WeakMap<K, { readonly found: T }>();
  return (key) => {
    const known = memory.get(key);
    if (known) return known.found;
    const found = compute(key);
    memory.set(key, { found });
    return found;
  };
}
