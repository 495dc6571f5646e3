import { z } from 'zod';

/** One environment variable of a service: how its text is read, and what people are told about it. */
export interface Variable<T = unknown> {
  /** Reads the variable's text. */
  readonly schema: z.ZodType<T, string>;
  /** Completes "expected …" in an error message. */
  readonly expected: string;
  /** One line for the tables and `.env.example`. */
  readonly doc: string;
  /** The value when unset. Absent: the variable is optional and has no value when unset. */
  readonly default?: T;
  readonly unit?: string;
  /** Never printed, never in a ConfigMap. */
  readonly secret?: true;
  /** Only meaningful on a developer's machine: left out of manifests and of the digest. */
  readonly local?: true;
}

type Rest<T> = Omit<Variable<T>, 'schema' | 'expected'>;

/** What a builder makes: it keeps in the type whether there is a default, so that parsed values need no checks. */
type Made<T, R> = Pick<Variable<T>, 'schema' | 'expected'> & R;

/** `true` or `false`. */
export const flag = <const R extends Rest<boolean>>(rest: R): Made<boolean, R> => ({
  schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
  expected: 'true or false',
  ...rest,
});

/** A whole number within bounds; digits only, so that `1e3`, `0x10` and ` 5` are refused. */
export const whole = <const R extends Rest<number>>(min: number, max: number, rest: R): Made<number, R> => ({
  schema: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max)),
  expected: `a whole number from ${min} to ${max}${rest.unit ? ` (${rest.unit})` : ''}`,
  ...rest,
});

/** A TCP port. */
export const port = <const R extends Rest<number>>(rest: R): Made<number, R> => ({
  ...whole(1, 65_535, rest),
  expected: 'a port number from 1 to 65535, digits only',
});

/** A host name or IP address, without scheme, port or path. */
export const host = <const R extends Rest<string>>(rest: R): Made<string, R> => ({
  schema: z
    .string()
    .regex(/^(?:[A-Za-z0-9_]([-A-Za-z0-9_.]{0,251}[A-Za-z0-9_.])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/),
  expected: 'a host name or IP address, without scheme, port or path',
  ...rest,
});

const urlExpected = 'a URL that starts with http:// or https://, without user and password';

/** An http or https URL. A password in it would be shown wherever the URL is, so there is none. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: urlExpected, abort: true })
  .refine((address) => new URL(address).username === '' && new URL(address).password === '', urlExpected);

/** An http or https URL. */
export const url = <const R extends Rest<string>>(rest: R): Made<string, R> => ({
  schema: httpUrl,
  expected: urlExpected,
  ...rest,
});

/** Any text. */
export const text = <const R extends Rest<string>>(rest: R): Made<string, R> => ({
  schema: z.string(),
  expected: 'a text',
  ...rest,
});

/** A key or token sent as an HTTP header, which carries printable ASCII only. */
export const token = <const R extends Rest<string>>(rest: R): Made<string, R> => ({
  schema: z.string().regex(/^[\x21-\x7e]+$/),
  expected: 'printable ASCII without spaces',
  ...rest,
});

/** A shared key of HS256: RFC 7518 asks for 256 bits, for a short one is guessed from any token, offline. */
export const hs256Key = <const R extends Rest<string>>(rest: R): Made<string, R> => ({
  schema: z.string().min(32),
  expected: 'at least 32 characters, as HS256 demands',
  ...rest,
});

/** One of a few words. */
export const choice = <const W extends string, const R extends Rest<NoInfer<W>>>(
  words: readonly [W, ...W[]],
  rest: R,
): Made<W, R> => ({
  schema: z.enum(words),
  expected: words.length > 1 ? `one of ${words.join(', ')}` : words[0],
  ...rest,
});

/** A comma-separated list of some of a few words. */
export const list = <const W extends string, const R extends Rest<readonly NoInfer<W>[]>>(
  words: readonly [W, ...W[]],
  rest: R,
): Made<readonly W[], R> => {
  const split = (joined: string): string[] => joined.split(',').map((word) => word.trim());
  const known = (word: string): word is W => words.some((candidate) => candidate === word);
  return {
    schema: z
      .string()
      .refine((joined) => split(joined).every(known))
      .transform((joined) => split(joined).filter(known)),
    expected: `a comma-separated list of ${words.join(', ')}`,
    ...rest,
  };
};

/** A value as the text an environment variable holds; the inverse of every schema above. */
export function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}
