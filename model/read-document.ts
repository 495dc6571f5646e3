import { z } from 'zod';
import { StackError } from './define-stack.ts';
import { pathsOf } from './document-fields.ts';
import type { Problem } from './problem.ts';
import { textProblems } from './text-problems.ts';
import { nearest } from './nearest.ts';
import { shownText } from './redact.ts';
import { withoutNulls } from './without-nulls.ts';

/**
 * A document of a kind, from the value a YAML or JSON parser returned; an empty document means all defaults, and null
 * means unset.
 * @param source its origin, for the error message.
 * @throws StackError naming, for each problem, the path, the value found, what was expected and the nearest known key.
 */
export function readDocument<D>(schema: z.ZodType<D>, document: unknown, source: string): D {
  const unwritable = textProblems(document);
  if (unwritable.length > 0) throw new StackError(source, unwritable);
  const result = schema.safeParse(withoutNulls(document) ?? {}, { reportInput: true });
  if (result.success) return result.data;
  throw new StackError(
    source,
    result.error.issues.flatMap((issue) => problems(schema, issue, document)),
  );
}

type Issue = z.core.$ZodIssue;

function problems(schema: z.core.$ZodType, issue: Issue, document: unknown): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(schema, path, key, document));
  if (issue.code === 'invalid_union') {
    const meant = meantBranch(issue);
    if (meant)
      return meant.flatMap((inner) =>
        problems(schema, { ...inner, path: [...issue.path, ...inner.path] }, document),
      );
  }
  const value = valueAt(document, path);
  const where = path.join('.') || '(the document)';
  const message = `${where}: ${shown(value)}; expected ${expectation(issue)}.${hint(issue, value)}`;
  return [{ field: path, message }];
}

/** Reports errors against the union branch whose type matches the input. */
function meantBranch({ errors }: z.core.$ZodIssueInvalidUnion): Issue[] | undefined {
  return errors.find((issues) =>
    issues.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'),
  );
}

function unknownKey(
  schema: z.core.$ZodType,
  path: readonly string[],
  key: string,
  document: unknown,
): Problem {
  const known = knownKeys(schema, path);
  const near = nearest(key, known) ?? elsewhere(schema, path, key);
  const value = shown(valueAt(document, [...path, key]));
  const field = [...path, key];
  const message = `${field.join('.')}: ${value} under an unknown key; expected one of ${known.join(', ')}.${near ? ` Did you mean "${near}"?` : ''}`;
  return { field, isKey: true, message };
}

/** The only field of this name above or below the group it was written in, as `storageClass` is below `spec.queue`. */
function elsewhere(schema: z.core.$ZodType, group: readonly string[], key: string): string | undefined {
  const here = group.join('.');
  const contains = (outer: string, inner: string): boolean =>
    outer === '' || inner === outer || inner.startsWith(`${outer}.`);
  const [only, ...others] = pathsOf(schema).filter((path) => {
    if (!path.endsWith(`.${key}`)) return false;
    const parent = path.slice(0, -key.length - 1);
    return contains(parent, here) || contains(here, parent);
  });
  return others.length === 0 ? only : undefined;
}

/** The user's words for zod's types. */
const typeWords: Readonly<Record<string, string>> = {
  object: 'a group of keys',
  array: 'a list',
  record: 'a group of keys',
  string: 'a text (in quotes where it looks like a number)',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.length > 1
        ? `one of ${issue.values.map(String).join(', ')}`
        : String(issue.values[0]);
    case 'invalid_type':
      return own(issue) ?? typeWords[issue.expected] ?? `a value of type ${issue.expected}`;
    case 'too_small':
      return own(issue) ?? `at least ${String(issue.minimum)}${unitOf(issue)}`;
    case 'too_big':
      return own(issue) ?? `at most ${String(issue.maximum)}${unitOf(issue)}`;
    case 'invalid_union':
      return expectations(issue.errors.flatMap(([first]) => first ?? []));
    case 'invalid_key':
      return `a key of ${expectations(issue.issues)}`;
    default:
      return issue.message;
  }
}

const expectations = (issues: readonly Issue[]): string => issues.map(expectation).join(', or ');

const unitOf = ({ origin }: { origin: string }): string => (origin === 'string' ? ' characters' : '');

/** The schema's own message, unless it is zod's default. */
function own({ message }: Issue): string | undefined {
  return /^(Invalid input|Too (small|big))/.test(message) ? undefined : message;
}

/** Suggests the nearest allowed word. */
function hint(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return '';
  const near = nearest(value, issue.values.map(String));
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}

/** The keys the schema knows at `path`. */
function knownKeys(root: z.core.$ZodType, path: readonly string[]): string[] {
  let schema: z.core.$ZodType | undefined = root;
  for (const key of path) schema = shapeOf(schema)[key];
  return Object.keys(shapeOf(schema));
}

function shapeOf(schema: z.core.$ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> {
  return objectIn(schema)?.shape ?? {};
}

/** Unwraps defaults, optionals and unions to the object schema. */
function objectIn(schema: z.core.$ZodType | undefined): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodUnion) return schema.options.map(objectIn).find((found) => found !== undefined);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault)
    return objectIn(schema.unwrap());
  return undefined;
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    document,
  );
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : shownText(JSON.stringify(value));
}
