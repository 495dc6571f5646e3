/**
 * One environment variable of a service, as closed data: how its text is parsed and documented. It holds no code, so
 * that every language can refuse the same texts.
 */
export type Variable = TextVariable | IntegerVariable | BooleanVariable | EnumVariable | ListVariable;

interface Common {
  /** One line for the tables and `.env.example`. */
  readonly doc: string;
  readonly unit?: string;
  /** Never printed, never in a ConfigMap. */
  readonly secret?: true;
  /**
   * Its value may refer to other variables, `$(NAME)`, which kubelet expands. In other values `$(NAME)` is plain text.
   */
  readonly refers?: true;
  /** Only meaningful on a developer's machine: left out of manifests and of the digest. */
  readonly local?: true;
}

export interface TextVariable extends Common {
  readonly type: 'string';
  /** A regular expression for the whole text: ASCII, without `\d` and its like, lookaround or back references. */
  readonly pattern?: string;
  /** In code points. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** What the pattern means; completes "expected …". */
  readonly expected?: string;
  /** The value when unset. Absent: the variable is optional and has no value when unset. */
  readonly default?: string;
}

/** Digits only: `1e3`, `0x10`, `+5` and ` 5` are refused. */
export interface IntegerVariable extends Common {
  readonly type: 'integer';
  /** At least 0. */
  readonly minimum: number;
  readonly maximum: number;
  readonly expected?: string;
  readonly default?: number;
}

/** `true` or `false`. */
export interface BooleanVariable extends Common {
  readonly type: 'boolean';
  readonly default?: boolean;
}

/** One of a few words. */
export interface EnumVariable extends Common {
  readonly type: 'enum';
  readonly values: readonly string[];
  readonly default?: string;
}

/** A comma-separated list of some of a few words. */
export interface ListVariable extends Common {
  readonly type: 'list';
  readonly values: readonly string[];
  readonly default?: readonly string[];
}

export type VariableValue = string | number | boolean | readonly string[];

/** The value type a variable's text is parsed to. */
export type ValueOf<V> = V extends { readonly type: 'integer' }
  ? number
  : V extends { readonly type: 'boolean' }
    ? boolean
    : V extends { readonly type: 'enum'; readonly values: readonly (infer W)[] }
      ? W
      : V extends { readonly type: 'list'; readonly values: readonly (infer W)[] }
        ? readonly W[]
        : V extends { readonly type: 'string' }
          ? string
          : never;

/** The fields of a variable besides its type and bounds. */
type Rest<V extends Variable> = Omit<V, 'type' | 'values' | 'minimum' | 'maximum' | 'pattern' | 'minLength'>;

/** `true` or `false`. */
export const flag = <const R extends Rest<BooleanVariable>>(rest: R): { type: 'boolean' } & R => ({
  type: 'boolean',
  ...rest,
});

/** A whole number within bounds, which are included. */
export const whole = <const R extends Rest<IntegerVariable>>(
  minimum: number,
  maximum: number,
  rest: R,
): { type: 'integer'; minimum: number; maximum: number } & R => ({
  type: 'integer',
  minimum,
  maximum,
  ...rest,
});

/** A TCP port. */
export const port = <const R extends Rest<IntegerVariable>>(
  rest: R,
): { type: 'integer'; minimum: number; maximum: number } & R => ({
  ...whole(1, 65_535, rest),
  expected: 'a port number from 1 to 65535, digits only',
});

type Text<R> = { type: 'string' } & R;

/** A host name or IP address, without scheme, port or path. */
export const host = <const R extends Rest<TextVariable>>(rest: R): Text<R> => ({
  type: 'string',
  pattern: '[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*',
  expected: 'a host name or IP address, without scheme, port or path',
  ...rest,
});

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const portNumber = '(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})';
/** The last label may not be all digits: that would be an IPv4 address. */
const hostName = '([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?\\.)*[A-Za-z_]([A-Za-z0-9_-]*[A-Za-z0-9_])?\\.?';

/** An http or https URL, without a password: it would be shown with the URL. */
export const httpUrl = {
  pattern: `https?://(${octet}(\\.${octet}){3}|${hostName}|\\[[0-9A-Fa-f:.]+\\])(:${portNumber})?([/?#][!-~]*)?`,
  expected: 'a URL that starts with http:// or https://, without user and password',
} as const;

/** An http or https URL. */
export const url = <const R extends Rest<TextVariable>>(rest: R): Text<R> => ({
  type: 'string',
  ...httpUrl,
  ...rest,
});

/** Origins of web pages, such as `https://app.example.com`, separated by commas. */
export const origins = <const R extends Rest<TextVariable>>(rest: R): Text<R> => {
  const origin = `https?://(${octet}(\\.${octet}){3}|${hostName}|\\[[0-9A-Fa-f:.]+\\])(:${portNumber})?`;
  return {
    type: 'string',
    pattern: `${origin}( *, *${origin})*`,
    expected: 'origins such as https://app.example.com, separated by commas, without a path',
    ...rest,
  };
};

/** Any text. */
export const text = <const R extends Rest<TextVariable>>(rest: R): Text<R> => ({ type: 'string', ...rest });

/** A text that matches a pattern as a whole; `expected` says which. */
export const matching = <const R extends Rest<TextVariable> & { readonly expected: string }>(
  pattern: string,
  rest: R,
): Text<R> => ({ type: 'string', pattern, ...rest });

/** A key or token sent as an HTTP header, which carries printable ASCII only. */
export const token = <const R extends Rest<TextVariable>>(rest: R): Text<R> => ({
  type: 'string',
  pattern: '[!-~]+',
  expected: 'printable ASCII without spaces',
  ...rest,
});

/** A shared key of HS256: RFC 7518 demands 256 bits, since a short key can be guessed offline from any token. */
export const hs256Key = <const R extends Rest<TextVariable>>(rest: R): Text<R> => ({
  type: 'string',
  minLength: 32,
  expected: 'at least 32 characters, as HS256 demands',
  ...rest,
});

/** One of a few words. */
export const choice = <const W extends string, const R extends Rest<EnumVariable> & { default?: NoInfer<W> }>(
  values: readonly [W, ...W[]],
  rest: R,
): { type: 'enum'; values: readonly [W, ...W[]] } & R => ({ type: 'enum', values, ...rest });

/** A comma-separated list of some of a few words. */
export const list = <
  const W extends string,
  const R extends Rest<ListVariable> & { default?: readonly NoInfer<W>[] },
>(
  values: readonly [W, ...W[]],
  rest: R,
): { type: 'list'; values: readonly [W, ...W[]] } & R => ({ type: 'list', values, ...rest });

/** Completes "expected …" in an error message. */
export function expectationOf(variable: Variable): string {
  switch (variable.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return (
        variable.expected ??
        `a whole number from ${variable.minimum} to ${variable.maximum}${variable.unit ? ` (${variable.unit})` : ''}`
      );
    case 'enum':
      return variable.values.length > 1 ? `one of ${variable.values.join(', ')}` : (variable.values[0] ?? '');
    case 'list':
      return `a comma-separated list of ${variable.values.join(', ')}`;
    case 'string':
      return variable.expected ?? 'a text';
  }
}

/**
 * The parsed value of a variable's text; undefined where it is refused. The text must not be empty: that means unset.
 */
export function valueIn(variable: Variable, raw: string): VariableValue | undefined {
  switch (variable.type) {
    case 'boolean':
      return booleans[raw];
    case 'integer':
      return integerIn(variable, raw);
    case 'enum':
      return variable.values.includes(raw) ? raw : undefined;
    case 'list':
      return wordsIn(variable, raw);
    case 'string':
      return isText(variable, raw) ? raw : undefined;
  }
}

const booleans: Readonly<Record<string, boolean>> = Object.assign(Object.create(null) as object, {
  true: true,
  false: false,
});

/** The most digits of a number: every one of so many is exact in every language. */
export const longestNumber = 15;
const number = new RegExp(`^[0-9]{1,${longestNumber}}$`);

function integerIn({ minimum, maximum }: IntegerVariable, raw: string): number | undefined {
  const value = number.test(raw) ? Number(raw) : NaN;
  return value >= minimum && value <= maximum ? value : undefined;
}

/** What may stand around a word of a list: what `trim` takes away, which in other languages is something else. */
export const spaces =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

function wordsIn({ values }: ListVariable, raw: string): readonly string[] | undefined {
  const words = raw.split(',').map((word) => word.trim());
  return words.every((word) => values.includes(word)) ? words : undefined;
}

function isText({ pattern, minLength = 0, maxLength = Infinity }: TextVariable, raw: string): boolean {
  const { length } = Array.from(raw);
  if (length < minLength || length > maxLength) return false;
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(raw);
}

/** A value as the text an environment variable holds; the inverse of `valueIn`. */
export function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}
