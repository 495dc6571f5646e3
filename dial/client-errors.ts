/** Reads the errors of the clients that dial: RESP, Bolt and HTTP ones. */

/** Whether the server refused the client's credentials: it sent none, or wrong ones. */
export function refusedCredentials(error: unknown): 'missing' | 'wrong' | undefined {
  const text = textOf(error);
  if (/\bNOAUTH\b|missing key `credentials`|scheme.{0,20}none/i.test(text)) return 'missing';
  if (
    /\bWRONGPASS\b|invalid (username-)?password|Security\.(Unauthorized|AuthenticationRateLimit)/i.test(text)
  )
    return 'wrong';
  const status = statusOf(error);
  return status === 401 || status === 403 || /\b(401|403|Unauthorized|Forbidden)\b/.test(text)
    ? 'wrong'
    : undefined;
}

/** The first line of an error, bounded, without its final full stop. Further lines may quote what was sent. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return (message.split(/\r?\n/)[0] ?? '').slice(0, 200).replace(/\.$/, '');
}

/** The codes and messages of an error and of its causes. */
function textOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 3) return '';
  const code = 'code' in error ? String(error.code) : '';
  return `${code} ${error.message} ${textOf(error.cause, depth + 1)}`;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('status' in error && typeof error.status === 'number') return error.status;
  return statusOf(error.cause);
}
