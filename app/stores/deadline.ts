/**
 * Waits at most `ms` milliseconds. What a client promises is not always kept: a server that accepted a connection
 * and then fell silent is noticed by few of their own timeouts.
 * @throws Error that says who was silent for how long.
 */
export async function withinDeadline<T>(answer: Promise<T>, ms: number, who: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An error in words: its message with those of its causes, which carry what the network said. */
export function inWords(error: unknown): string {
  const words: string[] = [];
  for (let next = error; next !== undefined && next !== null && words.length < 5; next = causeOf(next)) {
    const message = messageOf(next);
    if (message !== '' && !words.some((known) => known.includes(message))) words.push(message);
  }
  return words.join(': ') || 'an error without words';
}

/** Of an error that only collects others (a host with two addresses), the first one. */
function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.message === '') return error.errors[0];
  return error instanceof Error ? error.cause : undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : '';
}
