export function percentile(values: readonly number[], part: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  return Number((ordered[Math.floor(part * (ordered.length - 1))] ?? Number.NaN).toFixed(1));
}
