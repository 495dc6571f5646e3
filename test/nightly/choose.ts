import { nearest } from '../../model/nearest.ts';

/** Answers the parts of these names, or in words what is wrong with a name, with the nearest one and all there are. */
export function choose<P>(
  names: readonly string[],
  parts: Readonly<Record<string, P>>,
): { readonly chosen: readonly [string, P][] } | { readonly problem: string } {
  const known = Object.keys(parts);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return { chosen: Object.entries(parts).filter(([name]) => names.includes(name)) };
  const lines = unknown.map((name) => {
    const near = nearest(name, known);
    return `There is no part "${name}".${near === undefined ? '' : ` Did you mean "${near}"?`}`;
  });
  return { problem: [...lines, `Parts: ${known.join(', ')}.`].join('\n') };
}
