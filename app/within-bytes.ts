interface WithText {
  readonly text: string;
}

/** The first of `items` whose JSON fits `bytes` together. The first item is always there, if need be with a cut text. */
export function withinBytes<Item extends WithText>(items: readonly Item[], bytes: number): Item[] {
  let left = bytes;
  const fits = items.findIndex((item) => (left -= jsonBytes(item)) < 0);
  if (fits === -1) return [...items];
  const [first] = items;
  return fits === 0 && first !== undefined ? [withText(first, bytes)] : items.slice(0, fits);
}

/** Whether the JSON of all items fits `bytes`. */
export function fits(items: readonly unknown[], bytes: number): boolean {
  let left = bytes;
  return items.every((item) => (left -= jsonBytes(item)) >= 0);
}

/** The item with its text cut, and ended by `…`, so that its JSON fits `bytes`. */
function withText<Item extends WithText>(item: Item, bytes: number): Item {
  let shown = item;
  for (let size = jsonBytes(shown); size > bytes; size = jsonBytes(shown))
    shown = { ...shown, text: cutAt(item.text, Math.floor((shown.text.length * bytes * 0.95) / size)) };
  return shown;
}

/** At most `length` characters of a text; what was cut ends in `…`, and no character is halved. */
export function cutAt(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text.slice(0, Math.max(0, length - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
