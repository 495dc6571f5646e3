/** Times in milliseconds, and how many handshakes may fail before a person is asked. */
export const patience = {
  /** Before another instance is looked for, when one says that it is leaving; up to twice as long. */
  elsewhere: 250,
  shortestWait: 500,
  longestWait: 20_000,
  /** Uptime after which a connection counts as good, so that the next failure is again the first. */
  stable: 5_000,
  /** For an answer over HTTP, and from handshake to `welcome`: at first, and at most. */
  shortestAnswer: 2_500,
  longestAnswer: 10_000,
  /** Silence after sending a message: a phone that changed its network never hears of a close. */
  silence: 15_000,
  handshakes: 20,
} as const;

/**
 * How long an answer is waited for. A pod that has just gone swallows what is sent to it, and the next attempt reaches
 * another; a slow network needs longer, so each failure doubles it.
 */
export function answerWithin(failures: number): number {
  return Math.min(patience.longestAnswer, patience.shortestAnswer * 2 ** failures);
}

/** As many failures as a rolling update may cause by itself; they are tried again at the same pace. */
const forgiven = 3;

/** Uniform between 0.5 s and a ceiling of 1 s, which doubles with each failure after the third, up to 20 s. */
export function backoff(failures: number, random: () => number): number {
  const doublings = Math.max(0, failures - forgiven);
  const ceiling = Math.min(patience.longestWait, 2 * patience.shortestWait * 2 ** doublings);
  return patience.shortestWait + random() * (ceiling - patience.shortestWait);
}
