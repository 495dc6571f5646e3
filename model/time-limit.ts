/** Work that took longer than it was allowed to. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/**
 * Waits at most `ms` milliseconds for `work`, which itself goes on: cancel it where possible.
 * @param message what the error says; default: `no answer within <ms> ms`.
 * @throws TimeLimitError when the time is over first; else what `work` rejects with.
 */
export async function withTimeLimit<T>(
  work: Promise<T>,
  ms: number,
  message = `no answer within ${ms} ms`,
): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new TimeLimitError(message)), ms);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
