import { z } from 'zod';
import { StackError } from './define-stack.ts';

/** Fields of `spec` that every kind has: what an operator does with the stack. The CLI reads none of them. */
const reserved = {
  paused: z.boolean().default(false).describe('whether an operator leaves the stack as it is'),
  drift: z
    .enum(['heal', 'report', 'ignore'])
    .default('heal')
    .describe('what an operator does about a field that others changed'),
  deletionPolicy: z
    .enum(['Retain', 'Delete'])
    .default('Retain')
    .describe('what becomes of volumes and secrets when an operator deletes the stack'),
};

/** The reserved fields of a document, each with its default. */
export type ReservedFields = z.infer<z.ZodObject<typeof reserved>>;

/** The reserved fields of a document that a kind's schema has read. */
export const reservedFieldsOf = ({ spec }: { readonly spec: object }): ReservedFields =>
  z.object(reserved).parse(spec);

/**
 * The schema of a document with the reserved fields in its `spec`; refinements and `.meta` stay.
 * @throws StackError when the schema is no group with a group `spec`, or its `spec` has a reserved field itself.
 */
export function withReservedFields<D>(schema: z.ZodType<D>): z.ZodType<D> {
  const spec = schema instanceof z.ZodObject ? (schema.shape as z.ZodRawShape)['spec'] : undefined;
  const group = spec instanceof z.ZodPrefault ? spec.unwrap() : spec;
  if (!(schema instanceof z.ZodObject) || !(group instanceof z.ZodObject))
    throw refused(
      'the document must be a group, and its spec a group that is required or has the default {}.',
    );
  const taken = Object.keys(reserved).filter((name) => name in group.shape);
  if (taken.length > 0) throw refused(`spec.${taken.join(', spec.')} is Mooring's own; rename it.`);
  const whole = described(group.safeExtend(reserved), group);
  const extended = schema.safeExtend({ spec: spec instanceof z.ZodPrefault ? whole.prefault({}) : whole });
  return described(extended, schema) as unknown as z.ZodType<D>;
}

/** As every document begins with them: a "#" directly before a word comments an example out. */
const examples = [
  '# What an operator does with the stack, where one keeps it (docs/operator.md). While paused it changes nothing;',
  '#paused: true',
  '# what others change it puts back (heal), only tells of (report), or says nothing of (ignore);',
  '#drift: report',
  '# when the document is deleted, volumes and generated passwords stay (Retain) or go too (Delete).',
  '#deletionPolicy: Delete',
];

/**
 * A document to begin with, with the reserved fields as comments at the end of its `spec`, indented as that is. One whose
 * `spec` is not written in lines of its own, or has one of them already, stays as it is.
 */
export function withReservedExamples(starter: string): string {
  const [whole, before = '', inside = ''] =
    /^([\s\S]*^spec:[^\S\n]*(?:#.*)?\n)((?:[^\S\n].*\n|\n)*)/m.exec(starter) ?? [];
  const isGiven = Object.keys(reserved).some((name) => new RegExp(`^ *#? ?${name}:`, 'm').test(inside));
  if (whole === undefined || isGiven) return starter;
  const [indentation = '  '] = /^ +/m.exec(inside) ?? [];
  const lines = examples.map((line) => `${indentation}${line}\n`).join('');
  return `${before}${inside.trimEnd()}${inside.trim() === '' ? '' : '\n\n'}${lines}${starter.slice(whole.length)}`;
}

const refused = (message: string): StackError => new StackError("The kind's document", [{ message }]);

/** Extending makes a new schema, which has no `.meta`. */
function described<S extends z.ZodType>(schema: S, earlier: z.ZodType): S {
  const meta = earlier.meta();
  return meta ? schema.meta(meta) : schema;
}
