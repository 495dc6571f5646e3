/**
 * A regular expression of the whole numbers from `minimum` to `maximum`, in decimal digits without leading zeros. For what
 * can hold a text to a pattern, but not to a number's bounds.
 */
export function numberRange(minimum: number, maximum: number): string {
  const [low, high] = [String(minimum), String(maximum)];
  const lengths = Array.from({ length: high.length - low.length + 1 }, (_, more) => low.length + more);
  return lengths
    .map((length) =>
      between(
        length === low.length ? low : `1${'0'.repeat(length - 1)}`,
        length === high.length ? high : '9'.repeat(length),
      ),
    )
    .join('|');
}

/** Of numbers of the same length. */
function between(low: string, high: string): string {
  const rest = low.length - 1;
  if (/^0*$/.test(low) && /^9*$/.test(high)) return digits(low.length);
  const [first, last] = [Number(low[0]), Number(high[0])];
  if (first === last) return `${first}${group(between(low.slice(1), high.slice(1)))}`;
  const [isWhole, endsWhole] = [/^.0*$/.test(low), /^.9*$/.test(high)];
  const [from, to] = [isWhole ? first : first + 1, endsWhole ? last : last - 1];
  return [
    ...(isWhole ? [] : [`${first}${group(between(low.slice(1), '9'.repeat(rest)))}`]),
    ...(from > to ? [] : [`${from === to ? from : `[${from}-${to}]`}${digits(rest)}`]),
    ...(endsWhole ? [] : [`${last}${group(between('0'.repeat(rest), high.slice(1)))}`]),
  ].join('|');
}

const digits = (count: number): string => (count < 2 ? '[0-9]'.repeat(count) : `[0-9]{${count}}`);

const group = (pattern: string): string => (pattern.includes('|') ? `(?:${pattern})` : pattern);
