/** An error's message and those of its causes, which hold the network's error. */
export function errorText(error: unknown): string {
  const words: string[] = [];
  for (let next = error; next !== undefined && next !== null && words.length < 5; next = causeOf(next)) {
    const message = messageOf(next);
    if (message !== '' && !words.some((known) => known.includes(message))) words.push(message);
  }
  return words.join(': ') || 'an error without words';
}

/** The cause; of an error that only collects others (a host with two addresses), the first of them. */
function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.message === '') return error.errors[0];
  return error instanceof Error ? error.cause : undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : '';
}
