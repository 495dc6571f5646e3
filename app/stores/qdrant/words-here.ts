import { z } from 'zod';
import { isAsking, isSurelyAsking } from '../../meaning/asking.ts';
import { vectorName } from './collections.ts';
import type { ById, Found, Rarities, Words } from './words.ts';
import type { Filter, Search } from './searches.ts';
import { dimensionOf, weightedTerms } from './sparse-vector.ts';
import { payloadOfWindow, windowSchema } from './window.ts';

/** Windows of a patient that are read and searched here, in one request instead of one a term; of more, Qdrant does it. */
const mostReadHere = 64;

const wordsSchema = z.object({
  [vectorName]: z.object({ indices: z.array(z.number()), values: z.array(z.number()) }),
});

/** A window with the weights of its terms, by their dimensions. */
interface Read extends Found {
  readonly weights: ReadonlyMap<number, number>;
}

/** The windows of a patient who told little, searched as Qdrant does; none of one who told more. */
export async function wordsHere(
  search: Search,
  collection: string,
  { filter, text }: { readonly filter: Filter; readonly text: string },
): Promise<Words | undefined> {
  const read = { filter, limit: mostReadHere + 1, with_payload: payloadOfWindow, with_vector: [vectorName] };
  const points = await search(collection, read);
  if (points.length > mostReadHere) return undefined;
  const windows = new Map<string, Read>(
    points.map(({ id, payload, vector }) => {
      const { indices, values } = wordsSchema.parse(vector)[vectorName];
      const weights = new Map(indices.map((dimension, at) => [dimension, values[at] ?? 0]));
      return [String(id), { ...windowSchema.parse(payload), weights }];
    }),
  );
  const isLikely = (window: Read): boolean =>
    !isSurelyAsking(window.asks) && !(isAsking(window.asks) && window.text === text);
  const telling = [...windows.values()].filter(({ asks }) => !isAsking(asks));
  const having = (dimension: number): number =>
    telling.filter(({ weights }) => weights.has(dimension)).length;
  return {
    counts: (terms) =>
      Promise.resolve({
        windows: telling.length,
        having: new Map(terms.map((term) => [term, having(dimensionOf(term))])),
      }),
    best: (rarities) =>
      Promise.resolve(
        sharing(
          [...windows].filter(([, one]) => isLikely(one)),
          rarities,
        ),
      ),
    among: (ids, rarities) =>
      Promise.resolve(
        sharing(
          [...windows].filter(([id]) => ids.includes(id)),
          rarities,
        ),
      ),
  };
}

/** Those that have a share of the question. */
function sharing(windows: readonly (readonly [string, Read])[], rarities: Rarities): ById {
  const { indices, values } = weightedTerms(rarities);
  const found = new Map<string, Found>();
  for (const [id, { weights, ...window }] of windows) {
    const words = indices.reduce(
      (sum, dimension, at) => sum + (values[at] ?? 0) * (weights.get(dimension) ?? 0),
      0,
    );
    if (words > 0) found.set(id, { ...window, words });
  }
  return found;
}
