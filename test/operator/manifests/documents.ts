import fc from 'fast-check';
import type { JsonSchema } from '../../../model/json-schema.ts';

/** Values of any type: each is wrong in most places. */
const strays = fc.constantFrom<unknown>(
  ...[null, true, 0, -1, 1, 1.5, 70_000, 5_000_000_000, '', 'x', 'X_y', '10Gi', '1.5', '0.0.0.0', '*.a.b'],
  ...['a'.repeat(64), '😀'.repeat(63), '😀'.repeat(600), '\u2028', [], [null], {}, { unknown: 1 }],
);

/** Half of them right, and half with a wrong value or key somewhere, or several. */
export const documentsOf = (node: JsonSchema): fc.Arbitrary<unknown> =>
  fc.oneof(valuesOf(node, 0), valuesOf(node, 2));

/** Of 60 values of a schema, `wrong` are of no type that was asked for. */
function valuesOf(node: JsonSchema, wrong: number): fc.Arbitrary<unknown> {
  return mostly(60 - wrong, usual(node, wrong), strays, wrong);
}

const mostly = <T, U>(weight: number, often: fc.Arbitrary<T>, rarely: fc.Arbitrary<U>, rare = 1) =>
  rare === 0 ? often : fc.oneof({ weight, arbitrary: often }, { weight: rare, arbitrary: rarely });

function usual(node: JsonSchema, wrong: number): fc.Arbitrary<unknown> {
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.properties) return group(node.properties, node.required ?? [], wrong);
  switch (node.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integers(node, wrong);
    case 'string':
      return texts(node, wrong);
    case 'array':
      return fc.array(valuesOf(node.items ?? {}, wrong), { maxLength: 3 });
    default:
      return typeof node.additionalProperties === 'object'
        ? fc.dictionary(keys(wrong), valuesOf(node.additionalProperties, wrong), { maxKeys: 3 })
        : strays;
  }
}

/** The wrong ones are just beyond the bounds. */
const integers = ({ minimum = 0, maximum = 100 }: JsonSchema, wrong: number): fc.Arbitrary<number> =>
  mostly(
    20,
    fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum)),
    fc.constantFrom(minimum - 1, maximum + 1),
    wrong,
  );

/** The longest right one is of characters that are two UTF-16 units each. */
function texts({ pattern, minLength = 0, maxLength = 100 }: JsonSchema, wrong: number): fc.Arbitrary<string> {
  const bounded = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 20) });
  if (pattern !== undefined)
    return mostly(20, fc.stringMatching(new RegExp(pattern), { size: 'small' }), bounded, wrong);
  const longest = Math.min(maxLength, 1_000);
  return mostly(
    20,
    mostly(9, bounded, fc.constant('😀'.repeat(longest))),
    fc.constant('é'.repeat(maxLength + 1)),
    wrong,
  );
}

const keys = (wrong: number): fc.Arbitrary<string> =>
  mostly(
    9,
    fc.stringMatching(/^[a-z]{1,9}$/),
    fc.constantFrom('a'.repeat(317), 'a'.repeat(318), '😀'.repeat(200), '😀'.repeat(318)),
    wrong,
  );

const absent = Symbol('absent');

/** One of four optional fields is there, so that groups that exclude each other seldom meet. */
function group(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  wrong: number,
): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([key, child]): [string, fc.Arbitrary<unknown>] => {
    const value = valuesOf(child, wrong);
    return [
      key,
      required.includes(key)
        ? mostly(60, value, fc.constant(absent), wrong)
        : mostly(3, fc.constant(absent), value),
    ];
  });
  const known = fc
    .record(Object.fromEntries(fields))
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== absent)));
  return mostly(
    60,
    known,
    known.map((value) => ({ ...value, unknownKey: 1 })),
    wrong,
  );
}
