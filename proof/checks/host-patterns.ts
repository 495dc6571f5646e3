/** Whether a host is of both patterns, each a name or `*.` and the end of one. */
export function haveCommonHost(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a === b || isOf(a, b) || isOf(b, a);
}

const isOf = (host: string, pattern: string): boolean =>
  pattern === '*' || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
