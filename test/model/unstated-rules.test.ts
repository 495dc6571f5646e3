import { expect, test } from 'vitest';
import { z } from 'zod';
import { chatKind } from '../../contract/chat-kind.ts';
import { unstatedRules } from '../../model/unstated-rules.ts';

const even = z
  .int()
  .min(0)
  .max(8)
  .refine((n) => n % 2 === 0);
const cel = { 'x-kubernetes-validations': [{ rule: 'self % 2 == 0', message: 'an even number' }] };

test.each<[string, z.ZodType, string[]]>([
  ['alone', even, ['the document']],
  ['in a group', z.strictObject({ a: z.strictObject({ b: even.optional() }).prefault({}) }), ['a.b']],
  ['in a list', z.strictObject({ a: z.array(even.default(2)).max(2) }), ['a[]']],
  ['in a map', z.strictObject({ a: z.record(z.string().max(2), even) }), ['a.*']],
  ['of a whole group', z.strictObject({ a: z.strictObject({}).refine(() => true) }), ['a']],
  ['beside one that has', z.strictObject({ a: even.refine((n) => n !== 4).meta(cel) }), ['a']],
  ['that is a transform', z.strictObject({ a: z.string().transform(Number) }), ['a']],
])('a refinement %s that has no CEL is found', (_, schema, paths) => {
  expect(unstatedRules(schema)).toEqual(paths);
});

test('a refinement with CEL or a pattern is stated', () => {
  const named = z.string().refine((text) => /^[a-z]+$/.test(text));
  const stated = z.strictObject({
    a: even.meta(cel),
    b: even.meta(cel).optional().describe('described later'),
    c: named.meta({ pattern: '^[a-z]+$' }),
  });
  expect(unstatedRules(stated)).toEqual([]);
});

test('every refinement of the ChatStack is stated', () => {
  expect(chatKind.unstated).toEqual([]);
});
