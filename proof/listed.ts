/** So many words of a list a sentence names. */
const most = 20;

/** The words of a list, each once, for a sentence; of a long one the first, and how many more it has. */
export function listed<T>(items: readonly T[], wordOf: (item: T) => string | number = String): string {
  const words = [...new Set(items.map(wordOf))];
  const shown = words.slice(0, most).join(', ');
  return words.length <= most ? shown : `${shown} and ${words.length - most} more`;
}
