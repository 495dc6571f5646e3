/** So many words of a list a sentence names. */
const most = 20;

/** The words of a list, for a sentence; of a long one the first, and how many more it has. */
export function listed<T>(items: readonly T[], wordOf: (item: T) => string | number = String): string {
  const words = items.slice(0, most).map(wordOf).join(', ');
  return items.length <= most ? words : `${words} and ${items.length - most} more`;
}
