/** A name that is not among `names` yet, and is from now on. */
export function uniqueIn(names: Set<string>, name: string): string {
  let found = name;
  for (let nth = 2; names.has(found); nth += 1) found = `${name}-${nth}`;
  names.add(found);
  return found;
}
