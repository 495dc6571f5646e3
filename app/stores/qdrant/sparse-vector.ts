/** A sparse vector as Qdrant expects it: ascending, unique dimensions and their weights. */
export interface SparseVector {
  readonly indices: number[];
  readonly values: number[];
}

/** BM25's usual constants; facts are single sentences, about this many terms long. */
const saturation = 1.2;
const lengthShare = 0.75;
const usualLength = 12;

/** The BM25 weights of a fact's terms: saturated frequencies. Qdrant adds the inverse document frequency (`idf`). */
export function factVector(terms: readonly string[]): SparseVector {
  const counts = new Map<number, number>();
  for (const term of terms) counts.set(dimension(term), (counts.get(dimension(term)) ?? 0) + 1);
  const norm = saturation * (1 - lengthShare + (lengthShare * terms.length) / usualLength);
  return vector([...counts].map(([at, count]) => [at, (count * (saturation + 1)) / (count + norm)]));
}

/** The BM25 weights of a query's terms: 1 for each. */
export function queryVector(terms: readonly string[]): SparseVector {
  return vector([...new Set(terms.map(dimension))].map((at) => [at, 1]));
}

function vector(entries: [at: number, weight: number][]): SparseVector {
  entries.sort(([a], [b]) => a - b);
  return { indices: entries.map(([at]) => at), values: entries.map(([, weight]) => weight) };
}

/** FNV-1a, 32 bits: the dimension of a term, the same in every process and version. */
function dimension(term: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(term)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
