export interface BackoffOptions {
  /** In milliseconds. */
  readonly firstMs?: number;
  /** The longest delay, in milliseconds. A cause that has gone is noticed at most this much later. */
  readonly mostMs?: number;
  /** A number from 0 to 1; a test's own makes delays predictable. */
  readonly random?: () => number;
}

/** The delay after so many failures in a row: doubled each time, up to a fifth less so that retries spread. */
export function backoffMs(
  failures: number,
  { firstMs = 100, mostMs = 10_000, random = Math.random }: BackoffOptions = {},
): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.max(0, failures - 1));
  return full * (1 - random() / 5);
}
