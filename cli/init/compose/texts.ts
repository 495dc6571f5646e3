/** `my_db` cannot be a name in Kubernetes. */
export const labelOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');

/** A name that is not among `names` yet, and is from now on. */
export function uniqueIn(names: Set<string>, name: string): string {
  let found = name;
  for (let nth = 2; names.has(found); nth += 1) found = `${name}-${nth}`;
  names.add(found);
  return found;
}

/** A regular expression of exactly this text. */
export const literally = (text: string): string => text.replaceAll(/[^\w]/g, '\\$&');
