/** Times in milliseconds, and how many handshakes may fail before a person is asked. */
export const patience = {
  shortestWait: 500,
  longestWait: 20_000,
  /** Uptime after which a connection counts as good, so that the next failure is again the first. */
  stable: 5_000,
  /** For an answer over HTTP, and from handshake to `welcome`: at first, and at most. */
  shortestAnswer: 2_500,
  longestAnswer: 10_000,
  /** In place of the first of these after a restart, while what is gone may still be dialled. */
  quickAnswer: 1_000,
  /** Silence after sending a message: a phone that changed its network never hears of a close. */
  silence: 15_000,
  handshakes: 20,
  /** Attempts after a restart that are made quickly. */
  quickAttempts: 8,
} as const;

/**
 * How long an answer is waited for. A pod that has just gone swallows what is sent to it, and the next attempt reaches
 * another; a slow network needs longer, so each silence doubles it.
 */
export function answerWithin(silences: number, shortest: number): number {
  return Math.min(patience.longestAnswer, shortest * 2 ** silences);
}

/**
 * Uniform between 0.1 and 0.5 s: after a restart that the server told of. It sends its clients away a hundred a second,
 * so they are no crowd, and some of the next dials still reach an instance that is leaving.
 */
export function quickWait(random: () => number): number {
  return 100 + random() * 400;
}

/** Uniform between 0.5 s and a ceiling that doubles with each failure, from 1 s up to 20 s. */
export function backoff(failures: number, random: () => number): number {
  const ceiling = Math.min(patience.longestWait, 2 * patience.shortestWait * 2 ** failures);
  return patience.shortestWait + random() * (ceiling - patience.shortestWait);
}
