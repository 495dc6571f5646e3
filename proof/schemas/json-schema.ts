import type { AnySchemaObject } from 'ajv';
import { amountPattern } from '../../model/quantity.ts';
import type { KubernetesTypes, TypeWord } from './kubernetes-types.ts';
import { contained, innermost } from './type-tree.ts';

/** JSON schemas of Kubernetes' types, one for each, which refer to each other by `$id`. */

const idOf = (name: string): string => `kubernetes:${name}`;

const scalars: Readonly<Record<string, AnySchemaObject>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  // A pattern is one of texts only.
  quantity: { type: ['string', 'number'], pattern: amountPattern.source },
  'integer|string': { type: ['integer', 'string'] },
  object: { type: 'object' },
  any: {},
};

/** The schema of a word, a reference where it names a type. */
export function schemaOf(word: TypeWord): AnySchemaObject {
  const { open, inner = '' } = contained(word);
  if (open === '[') return { type: 'array', items: schemaOf(inner) };
  if (open === '{') return { type: 'object', additionalProperties: schemaOf(inner) };
  return scalars[word] ?? { $ref: idOf(word) };
}

/** The schemas of a type and of every type inside it. */
export function schemasFor(types: KubernetesTypes, name: string): Map<string, AnySchemaObject> {
  const found = new Map<string, AnySchemaObject>();
  const visit = (word: TypeWord): void => {
    const inner = innermost(word);
    const type = types.type(inner);
    if (!type || found.has(idOf(inner))) return;
    found.set(idOf(inner), {
      $id: idOf(inner),
      type: 'object',
      properties: Object.fromEntries([...type.fields].map(([field, inside]) => [field, schemaOf(inside)])),
      additionalProperties: false,
      ...(type.required.length > 0 ? { required: [...type.required] } : {}),
    });
    type.fields.forEach(visit);
  };
  visit(name);
  return found;
}
