/** Times in milliseconds, and how many handshakes may fail before a person is asked. */
export const patience = {
  shortestWait: 500,
  longestWait: 20_000,
  /** Uptime after which a connection counts as good, so that the next failure is again the first. */
  stable: 5_000,
  /** From handshake to `welcome`. */
  welcome: 10_000,
  /** Silence after sending a message: a phone that changed its network never hears of a close. */
  silence: 15_000,
  handshakes: 20,
} as const;

/** Uniform between 0.5 s and a ceiling that doubles with each failure, from 1 s up to 20 s. */
export function backoff(failures: number, random: () => number): number {
  const ceiling = Math.min(patience.longestWait, 2 * patience.shortestWait * 2 ** failures);
  return patience.shortestWait + random() * (ceiling - patience.shortestWait);
}
