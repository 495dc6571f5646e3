import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { jsonSchemaOf } from '../../model/document-fields.ts';
import { reservedFieldsOf, withReservedExamples, withReservedFields } from '../../model/reserved-fields.ts';
import { inCel, validationsKeyword } from '../../model/validation-rules.ts';
import { shopKind } from '../kinds/shop-kind.ts';

const rule = { rule: 'self.a <= self.b', message: 'a is at most b' };
const pair = z
  .strictObject({ a: z.int().min(0).max(9).default(1), b: z.int().min(0).max(9).default(2) })
  .refine(({ a, b }) => a <= b, rule.message)
  .meta(inCel([rule]));
const document = (spec: z.ZodType) =>
  z.strictObject({ apiVersion: z.string(), kind: z.string(), metadata: z.object({}), spec });

describe('the reserved fields of a document', () => {
  test('have defaults, in every kind', () => {
    expect(reservedFieldsOf(shopKind.schema.parse({}))).toEqual({
      paused: false,
      drift: 'heal',
      deletionPolicy: 'Retain',
    });
  });

  test('are read as written, and a wrong word is refused', () => {
    const read = (spec: object) => shopKind.schema.safeParse({ spec });
    const written = { paused: true, drift: 'report', deletionPolicy: 'Delete' } as const;
    expect(reservedFieldsOf(shopKind.schema.parse({ spec: written }))).toEqual(written);
    expect(read({ drift: 'repair' }).success).toBe(false);
  });

  test("do not cost a spec's own refinements and rules", () => {
    const schema = withReservedFields(document(pair.prefault({})));
    const parse = (spec: object) => schema.safeParse({ apiVersion: '', kind: '', metadata: {}, spec });
    expect(parse({ a: 1, b: 2, paused: true }).success).toBe(true);
    expect(parse({ a: 3, b: 2 }).success).toBe(false);
    const { properties } = jsonSchemaOf({ kind: 'Pair', schema }) as {
      properties: { spec: Record<string, unknown> };
    };
    expect(properties.spec[validationsKeyword]).toEqual([rule]);
  });

  test('are refused in a spec that has one itself, and in one that is no group', () => {
    expect(() => withReservedFields(document(z.strictObject({ paused: z.string().max(3) })))).toThrow(
      /spec\.paused is Mooring's own/,
    );
    expect(() => withReservedFields(document(z.string()))).toThrow(/its spec a group/);
  });
});

describe('a document to begin with', () => {
  const starter = shopKind.starter({ name: 'orders', namespace: 'shop', preset: 'small' });

  test('has the reserved fields as comments, in a kind of your own too', () => {
    expect(shopKind.schema.parse(parse(starter))).toEqual(
      shopKind.schema.parse({ metadata: { name: 'orders', namespace: 'shop' }, spec: { preset: 'small' } }),
    );
    expect(starter).toMatch(/\n {2}preset: small\n\n {2}# What an operator does .*\n {2}#paused: true\n/);
  });

  test.each([
    ['#paused: true', { paused: true }],
    ['#drift: report', { drift: 'report' }],
    ['#deletionPolicy: Delete', { deletionPolicy: 'Delete' }],
  ])('%s may be put into force', (line, field) => {
    const document = shopKind.schema.parse(parse(starter.replace(line, line.slice(1))));
    expect(reservedFieldsOf(document)).toMatchObject(field);
  });

  test.each([
    [
      'at the end of spec, before what follows',
      'spec:\n    a: 1\nrest: 2\n',
      'spec:\n    a: 1\n\n    # What',
    ],
    ['in a spec that is empty', 'a: 1\nspec: # all\n', 'a: 1\nspec: # all\n  # What'],
  ])('has them %s', (_, text, begins) => {
    const after = withReservedExamples(text);
    expect(after.startsWith(begins)).toBe(true);
    expect(parse(after)).toEqual(parse(text));
  });

  test.each([
    ['in one line', 'spec: { a: 1 }\n'],
    ['with one of them', 'spec:\n  # drift: heal\n'],
    ['without a spec', 'a: 1\n'],
  ])('stays as it is %s', (_, text) => {
    expect(withReservedExamples(text)).toBe(text);
  });
});
