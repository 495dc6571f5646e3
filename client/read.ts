/** Readers of what a server sends: what a page does not know is left out, what it needs must be there. */

/** What came has not the shape it must have. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

/**
 * The value, of the known shape; fields that are not known are left out.
 * @throws MalformedError with the place, such as `frame.turn.offset`.
 */
export type Reader<T> = (value: unknown, at: string) => T;
/** What a reader returns. */
export type Read<R> = R extends Reader<infer T> ? T : never;

/** Words of another version stay readable: they are kept as they are. */
export type Word<Known extends string> = Known | (string & Record<never, never>);

/** What a reader returns, or undefined where it would throw. */
export function readOrNone<T>(reader: Reader<T>, value: unknown): T | undefined {
  try {
    return reader(value, 'value');
  } catch {
    return undefined;
  }
}

function refuse(expected: string, at: string): never {
  throw new MalformedError(`${at} is not ${expected}.`);
}

export const text: Reader<string> = (value, at) => (typeof value === 'string' ? value : refuse('a text', at));

/* @__NO_SIDE_EFFECTS__ */
export function word<Known extends string>(): Reader<Word<Known>> {
  return text;
}

export const flag: Reader<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : refuse('true or false', at);

export const whole: Reader<number> = (value, at) =>
  Number.isSafeInteger(value) ? (value as number) : refuse('a whole number', at);

export const time: Reader<string> = (value, at) =>
  Number.isNaN(Date.parse(text(value, at))) ? refuse('a time', at) : (value as string);

/** A text of `shortest` to `longest` characters. */
/* @__NO_SIDE_EFFECTS__ */
export function bounded(shortest: number, longest: number, pattern = /(?:)/u): Reader<string> {
  return (value, at) => {
    const read = text(value, at);
    const fits = shortest <= read.length && read.length <= longest && pattern.test(read);
    return fits ? read : refuse(`${shortest} to ${longest} allowed characters`, at);
  };
}

/* @__NO_SIDE_EFFECTS__ */
export function constant<Only extends string>(only: Only): Reader<Only> {
  return (value, at) => (value === only ? only : refuse(only, at));
}

/* @__NO_SIDE_EFFECTS__ */
export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, at) => (value === null ? null : reader(value, at));
}

/* @__NO_SIDE_EFFECTS__ */
export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, at) =>
    Array.isArray(value) ? value.map((each, index) => item(each, `${at}[${index}]`)) : refuse('a list', at);
}

type Readers = Readonly<Record<string, Reader<unknown>>>;
type Fields<Needed extends Readers, Optional extends Readers> = {
  readonly [Name in keyof Needed]: Read<Needed[Name]>;
} & { readonly [Name in keyof Optional]?: Read<Optional[Name]> | undefined };
type Flat<T> = { [Name in keyof T]: T[Name] };

/* @__NO_SIDE_EFFECTS__ */
export function object<Needed extends Readers, Optional extends Readers>(
  needed: Needed,
  optional: Optional,
): Reader<Flat<Fields<Needed, Optional>>> {
  return (value, at) => {
    const given = fieldsOf(value, at);
    const needs = Object.entries(needed);
    const mays = Object.entries(optional).filter(([name]) => given[name] !== undefined);
    const read = [...needs, ...mays].map(([name, reader]) => [name, reader(given[name], `${at}.${name}`)]);
    return Object.fromEntries(read) as Flat<Fields<Needed, Optional>>;
  };
}

/** One of several objects, chosen by their `type`; undefined for a type that is not known. */
/* @__NO_SIDE_EFFECTS__ */
export function union<Members extends Readers>(
  members: Members,
): (value: unknown) => Read<Members[keyof Members]> | undefined {
  return (value) => {
    const type = text(fieldsOf(value, 'frame')['type'], 'frame.type');
    const member = Object.hasOwn(members, type) ? members[type] : undefined;
    return member?.(value, 'frame') as Read<Members[keyof Members]> | undefined;
  };
}

function fieldsOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : refuse('an object', at);
}
