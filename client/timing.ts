/** Times in milliseconds, and how many handshakes may fail before the connection stops. */
export const timing = {
  shortestWait: 500,
  longestWait: 20_000,
  /** The longest wait after an announced restart. */
  quickWait: 300,
  /** Uptime after which a connection counts as stable and the back-off starts again. */
  stable: 5_000,
  /** Time limits for an HTTP answer, and from handshake to `welcome`: the first and the longest. */
  shortestAnswer: 2_500,
  longestAnswer: 10_000,
  /** The first time limit after a restart, while dials may still reach the instance that is gone. */
  quickAnswer: 1_000,
  /** Time limit for any frame after a message: after a change of network a phone never receives the close. */
  silence: 15_000,
  /** Time without a frame after which a `ping` is sent, and the time limit for any frame after it. */
  heartbeat: 25_000,
  pong: 10_000,
  /** Lateness of a timer that shows a suspended or busy page, and the further time in which it hears what came meanwhile. */
  late: 250,
  handshakes: 20,
  /** Quick attempts after a restart. */
  quickAttempts: 8,
  /** How long a message is held that the server refused for the rate, when it does not say. */
  rateLimit: 1_000,
  /** How often the server is asked to end an answer, and after which time again. */
  stops: 5,
  stopAgain: 2_000,
} as const;

/**
 * Time limit for an answer. Short at first, since dials to a pod that has just gone time out and the next attempt reaches
 * another; doubled by each silence, since a slow network needs longer.
 */
export function answerWithin(silences: number, shortest: number): number {
  return Math.min(timing.longestAnswer, shortest * 2 ** silences);
}

/**
 * Uniform up to 0.3 s: the wait after an announced restart. The server spreads its closes, so clients are spread already,
 * and some of the next dials still reach an instance that is shutting down.
 */
export function quickWait(random: () => number): number {
  return random() * timing.quickWait;
}

/** Uniform between 0.5 s and a ceiling that doubles with each failure, from 1 s up to 20 s. */
export function backoff(failures: number, random: () => number): number {
  const ceiling = Math.min(timing.longestWait, 2 * timing.shortestWait * 2 ** failures);
  return timing.shortestWait + random() * (ceiling - timing.shortestWait);
}
