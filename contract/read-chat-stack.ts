import { z } from 'zod';
import { StackError } from './define-stack.ts';
import { nearest } from './nearest.ts';
import { shownText } from './variable.ts';
import { chatStackSchema, type ChatStack } from './stack.ts';

/**
 * A ChatStack out of whatever a YAML or JSON parser returned; an empty document means all defaults.
 * @param source where it is from, for the error message.
 * @throws StackError naming, for each problem, the path, the value found, what was expected and the nearest known key.
 */
export function readChatStack(document: unknown, source: string): ChatStack {
  const result = chatStackSchema.safeParse(document ?? {}, { reportInput: true });
  if (result.success) return result.data;
  throw new StackError(
    source,
    result.error.issues.flatMap((issue) => problems(issue, document)),
  );
}

type Issue = z.core.$ZodIssue;

function problems(issue: Issue, document: unknown): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, document));
  const deepest = issue.code === 'invalid_union' ? deepestIssue(issue) : undefined;
  if (deepest) return problems({ ...deepest, path: [...issue.path, ...deepest.path] }, document);
  return [
    `${path.join('.') || '(the document)'}: ${shown(valueAt(document, path))}; expected ${expectation(issue)}.`,
  ];
}

/** Of a union's branches, the one that got furthest tells most. */
function deepestIssue(issue: z.core.$ZodIssueInvalidUnion): Issue | undefined {
  return issue.errors
    .flat()
    .sort((a, b) => b.path.length - a.path.length)
    .find((candidate) => candidate.path.length > 0);
}

function unknownKey(path: readonly string[], key: string, document: unknown): string {
  const known = knownKeys(path);
  const near = nearest(key, known);
  const value = shown(valueAt(document, [...path, key]));
  const where = [...path, key].join('.');
  return `${where}: ${value} under an unknown key; expected one of ${known.join(', ')}.${near ? ` Did you mean "${near}"?` : ''}`;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.length > 1
        ? `one of ${issue.values.map(String).join(', ')}`
        : String(issue.values[0]);
    case 'invalid_type':
      return issue.expected === 'object' ? 'a group of keys' : `a value of type ${issue.expected}`;
    case 'too_small':
      return `at least ${String(issue.minimum)}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'too_big':
      return `at most ${String(issue.maximum)}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'invalid_union':
      return 'another kind of value (docs/stack.md lists the forms)';
    default:
      return issue.message;
  }
}

/** The keys the schema knows at `path`. */
function knownKeys(path: readonly string[]): string[] {
  let schema: z.core.$ZodType | undefined = chatStackSchema;
  for (const key of path) schema = shapeOf(schema)[key];
  return Object.keys(shapeOf(schema));
}

function shapeOf(schema: z.core.$ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> {
  return objectIn(schema)?.shape ?? {};
}

/** Looks through defaults, optionals and unions for the object that has keys. */
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
