import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chatKind } from '../../contract/chat-kind.ts';
import { defineKind } from '../../model/define-kind.ts';
import type { StackDocument, StackKind } from '../../model/stack-kind.ts';

const text = z.string().max(63);
const documentOf = (spec: z.ZodType<object>): z.ZodType<StackDocument> =>
  z.strictObject({
    apiVersion: z.literal('example.com/v1').default('example.com/v1'),
    kind: z.literal('Shop').default('Shop'),
    metadata: z.strictObject({ name: text.default('shop'), namespace: text.default('shop') }).prefault({}),
    spec: spec as z.ZodType<object, object>,
  });

const kindOf = (spec: z.ZodType<object>, rest: Partial<StackKind> = {}): StackKind => ({
  ...chatKind,
  ...{ apiVersion: 'example.com/v1', kind: 'Shop', plural: 'shops', shortNames: ['shop'] },
  schema: documentOf(spec),
  ...rest,
});

const problemsOf = (kind: StackKind): string => {
  try {
    defineKind(kind);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

test('a kind whose document a CRD can say is taken', () => {
  const spec = z.strictObject({
    replicas: z.int().min(1).max(10).default(1),
    hosts: z.array(text).max(4).default([]),
    labels: z.record(text, text).meta({ maxProperties: 8 }).optional(),
    scaling: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
    store: z.strictObject({ host: text, tls: z.boolean().default(false) }).optional(),
  });
  expect(problemsOf(kindOf(spec))).toBe('');
});

describe('defineKind refuses what a CRD could not say', () => {
  const field = (type: z.ZodType) => z.strictObject({ field: type });
  test.each<[string, z.ZodType<object>, string]>([
    [
      'a union of false and a group',
      field(z.union([z.literal(false), field(text)])),
      'spec.field is a union',
    ],
    ['a text of any length', field(z.string()), 'spec.field is a text of any length'],
    ['a list of any length', field(z.array(text)), 'spec.field is a list of any length'],
    [
      'an unbounded text in a list',
      field(z.array(z.string()).max(1)),
      'spec.field[] is a text of any length',
    ],
    ['a number without bounds', field(z.int()), 'spec.field is a number without bounds'],
    ['a number with one bound', field(z.number().min(1)), 'spec.field is a number without bounds'],
    [
      'a group that lets unknown keys pass',
      field(z.looseObject({ a: text })),
      'spec.field lets unknown keys pass',
    ],
    ['a map of any size', field(z.record(text, text)), 'spec.field has any number of keys'],
    [
      'a boolean or a text',
      field(z.literal([false, 'auto'])),
      'spec.field has values that are not all texts',
    ],
    ['a pattern that RE2 lacks', field(text.regex(/(?=a)b/)), 'spec.field has a pattern with lookaround'],
    ['a value of any type', field(z.any()), 'spec.field has the type "any"'],
    [
      'a group that would lose its defaults',
      field(z.strictObject({ a: z.boolean().default(true) }).optional()),
      'spec.field may be left out, and its defaults with it',
    ],
  ])('%s', (_, spec, problem) => expect(problemsOf(kindOf(spec))).toContain(problem));

  test('names Kubernetes refuses, and those it has itself', () => {
    const spec = z.strictObject({});
    expect(problemsOf(kindOf(spec, { plural: 'Shops' }))).toContain('the name "Shops" must be lower-case');
    expect(problemsOf(kindOf(spec, { shortNames: ['cs'] }))).toContain(
      'the short name "cs" is Kubernetes\' own',
    );
    expect(problemsOf(kindOf(spec, { kind: 'shop' }))).toContain(
      'kind is "shop"; expected a name in PascalCase',
    );
    expect(problemsOf(kindOf(spec, { apiVersion: 'v1' }))).toContain('apiVersion is "v1"; expected a group');
  });

  test('a document of another kind, and parameters that no option can be', () => {
    const spec = z.strictObject({});
    expect(problemsOf(kindOf(spec, { kind: 'Store' }))).toContain('must be the literal "Store"');
    const opens = { service: 'web', port: 'http', path: '/:port', parameters: [] };
    const parameters = ['port', 'foo bar'].map((name) => ({ name, default: '', doc: '' }));
    const problems = problemsOf(kindOf(spec, { opens: { ...opens, parameters } }));
    expect(problems).toContain('the parameter "port"');
    expect(problems).toContain('the parameter "foo bar"');
  });

  test('everything at once, by its path', () => {
    const spec = z.strictObject({ a: z.string(), b: z.strictObject({ c: z.int() }) });
    expect(problemsOf(kindOf(spec)).split('\n')).toHaveLength(3);
  });
});
