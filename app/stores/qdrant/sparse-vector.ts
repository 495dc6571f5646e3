import { termWeights } from '../../memory/recall/ranking.ts';

/** A sparse vector as Qdrant expects it: ascending, unique dimensions and their weights. */
export interface SparseVector {
  readonly indices: number[];
  readonly values: number[];
}

/** The weights of a window's terms. */
export const termVector = (terms: readonly string[]): SparseVector => vector([...termWeights(terms)]);

/** A question's terms by their rarity, as shares: the product with a window is the share of the question that it has. */
export function weightedTerms(rarities: ReadonlyMap<string, number>): SparseVector {
  const all = [...rarities.values()].reduce((sum, one) => sum + one, 0);
  return vector([...rarities].map(([term, one]) => [term, one / all]));
}

/** Terms that fall on one dimension add up. */
function vector(weights: readonly (readonly [string, number])[]): SparseVector {
  const byDimension = new Map<number, number>();
  for (const [term, weight] of weights)
    byDimension.set(dimensionOf(term), (byDimension.get(dimensionOf(term)) ?? 0) + weight);
  const entries = [...byDimension].sort(([a], [b]) => a - b);
  return { indices: entries.map(([at]) => at), values: entries.map(([, weight]) => weight) };
}

/** FNV-1a, 32 bits: the dimension of a term, the same in every process and version. */
export function dimensionOf(term: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(term)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
