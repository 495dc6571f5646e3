import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from '../../model/document-fields.ts';
import { reservedFieldsOf, withReservedFields } from '../../model/reserved-fields.ts';
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
