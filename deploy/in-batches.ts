/** Enough to hide the round trips, too few to trouble an API server. */
const atOnce = 8;

/** Does some work for each item, a few at a time, in order. Rejects with the first error of a batch. */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += atOnce)
    results.push(...(await Promise.all(items.slice(start, start + atOnce).map(work))));
  return results;
}
