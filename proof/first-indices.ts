/** Each key with the index at which it stands first. */
export const firstIndices = <K>(keys: readonly K[]): ReadonlyMap<K, number> =>
  new Map(keys.map((key, index): [K, number] => [key, index]).reverse());
