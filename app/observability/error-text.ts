import { ZodError } from 'zod';

/** The first lines of an error's message and of those of its causes, without what they repeat of a patient's words. */
export function errorText(error: unknown): string {
  const words: string[] = [];
  for (const one of withCauses(error)) {
    const message = messageOf(one);
    if (message !== '' && !words.some((known) => known.includes(message))) words.push(message);
  }
  return words.join(': ') || 'an error without words';
}

/** An error as it is logged: of its fields only the code, since clients keep there what they sent. */
export function shownError(error: unknown): object {
  const errors = [...withCauses(error)].filter((one) => one instanceof Error);
  const [{ name: type, ...first } = new Error()] = errors;
  const message = errorText(error);
  const stack = errors.map(framesOf).join('\n    caused by');
  return {
    type,
    message,
    stack: `${type}: ${message}${stack}`,
    ...('code' in first ? { code: first.code } : {}),
  };
}

function* withCauses(error: unknown): Generator {
  for (let next = error, depth = 0; next !== undefined && next !== null && depth < 5; depth += 1) {
    yield next;
    next = causeOf(next);
  }
}

/** The cause; of an error that only collects others (a host with two addresses), the first of them. */
function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.message === '') return error.errors[0];
  return error instanceof Error ? error.cause : undefined;
}

/** What Redis and JSON.parse add to a message: the command, or the text. */
const repeated = /, with args beginning with: .*|(?<=^Unexpected token\b).*|^".*(?= is not valid JSON$)/;

/** Errors of Neo4j about a statement or a constraint quote its parameters. */
const quoting = /^Neo\.ClientError\.(?:Statement|Schema)\./;

function messageOf(error: unknown): string {
  if (typeof error === 'string') return firstLine(error);
  if (!(error instanceof Error)) return '';
  if (error instanceof ZodError) return zodText(error);
  if ('code' in error && typeof error.code === 'string' && quoting.test(error.code)) return error.code;
  return firstLine(error.message);
}

/** Further lines may quote what was sent. */
const firstLine = (message: string): string => (message.split(/\r?\n/, 1)[0] ?? '').replace(repeated, '');

function zodText({ issues: [issue] }: ZodError): string {
  return `${issue?.path.join('.') || 'it'} is not of the expected form (${issue?.code ?? 'unknown'})`;
}

/** The lines of a stack behind the message. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message);
  return at < 0 ? '' : stack.slice(at + message.length);
}
