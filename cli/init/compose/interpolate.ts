import { notKnown } from '../../../model/program.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Every text of a compose file as compose fills it in, from `.env` and from defaults. What only the shell of its user has stays
 * as it is written, behind a character that no text has (`notKnown`).
 */
export function interpolateAll(value: unknown, env: Env): unknown {
  if (typeof value === 'string') return interpolate(value, env);
  if (Array.isArray(value)) return value.map((one) => interpolateAll(one, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, interpolateAll(one, env)]));
}

/** Whether a text has something that only the shell has. */
export const isShells = (text: string): boolean => text.includes(notKnown);

/** The text as it is written. */
export const asWritten = (text: string): string => text.replaceAll(notKnown, '');

function interpolate(text: string, env: Env): string {
  let filled = '';
  for (let at = 0; at < text.length;) {
    const found = referenceAt(text, at);
    filled += found === undefined ? (text[at] ?? '') : valueOf(found, env);
    at += found?.written.length ?? 1;
  }
  return filled;
}

interface Reference {
  readonly written: string;
  readonly name: string;
  /** `:-`, `-`, `:+`, `+`, `:?`, `?`, or nothing. */
  readonly operator: string;
  readonly word: string;
}

/** `$$`, `$NAME`, `${NAME}`, `${NAME:-word}`; braces within the word are its own. */
function referenceAt(text: string, at: number): Reference | undefined {
  if (text[at] !== '$') return undefined;
  const rest = text.slice(at);
  if (rest.startsWith('$$')) return { written: '$$', name: '', operator: '', word: '' };
  const plain = /^\$(\w+)/.exec(rest);
  if (plain) return { written: plain[0], name: plain[1] ?? '', operator: '', word: '' };
  const opened = /^\$\{(\w+)(:?[-+?])?/.exec(rest);
  if (!opened) return undefined;
  const end = closingBrace(rest, opened[0].length);
  if (end === undefined) return undefined;
  const [, name = '', operator = ''] = opened;
  return { written: rest.slice(0, end), name, operator, word: rest.slice(opened[0].length, end - 1) };
}

/** Behind the brace that closes the one before `start`. */
function closingBrace(text: string, start: number): number | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

function valueOf({ written, name, operator, word }: Reference, env: Env): string {
  if (written === '$$') return '$';
  const value = env[name];
  const isSet = value !== undefined && !(operator.startsWith(':') && value === '');
  if (operator.endsWith('+')) return isSet ? interpolate(word, env) : '';
  if (isSet) return value;
  return operator.endsWith('-') ? interpolate(word, env) : notKnown + written;
}
