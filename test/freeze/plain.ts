/** Keys of `-o json` and of schemas whose values are sentences: they are for people, and may be worded anew. */
const sentences = new Set([
  ...['message', 'hint', 'doc', 'description'],
  // What doctor, verify, explain and history call theirs.
  ...['says', 'fix', 'means', 'usually', 'expected', 'cause'],
]);

/** A value without its sentences, at any depth. */
export function withoutSentences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSentences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !sentences.has(key))
      .map(([key, inside]) => [key, withoutSentences(inside)]),
  );
}

/** What differs from run to run, as patterns, and what stands in its place. */
export type Volatile = readonly (readonly [pattern: RegExp | string, instead: string])[];

const everywhere: Volatile = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
  // Of what is said of dependencies, with its times.
  [/("revision": )"[\w-]{16}"/g, '$1"<revision>"'],
  // Where the sources are is what may change.
  [/"[\w/.-]+\.ts:\d+"/g, '"<source>"'],
  [/(https?|wss?):\/\/127\.0\.0\.1:\d+/g, '$1://<here>'],
];

/** The JSON of a value as it is frozen: no sentences, nothing volatile. */
export function plainJson(value: unknown, own: Volatile = []): string {
  const text = JSON.stringify(withoutSentences(value), null, 1);
  return `${[...own, ...everywhere].reduce((all, [pattern, instead]) => all.replaceAll(pattern, instead), text)}\n`;
}
