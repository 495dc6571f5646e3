import type { AnySchemaObject } from 'ajv';
import { isSchema, type StructuralSchema } from './custom-definitions.ts';

/** The schema of a CustomResourceDefinition as JSON Schema. */

/** Keywords that mean the same in both. */
const same = [
  'enum',
  'maxItems',
  'minItems',
  'maxLength',
  'minLength',
  'maxProperties',
  'minProperties',
  'multipleOf',
];

/** Deeper parts are not judged. */
const deepest = 60;

/** Fields that every object has, and each object embedded in one. */
const objectFields = { apiVersion: { type: 'string' }, kind: { type: 'string' } };

/**
 * The schema of a whole object.
 * @param metadata the schema of its metadata, which a definition does not repeat.
 */
export function rootSchema(schema: StructuralSchema, metadata: AnySchemaObject): AnySchemaObject {
  const root = jsonSchemaOf(schema, 0);
  const properties = isSchema(root['properties']) ? root['properties'] : {};
  return { ...root, type: 'object', properties: { ...properties, ...objectFields, metadata } };
}

function jsonSchemaOf(schema: unknown, depth: number): AnySchemaObject {
  if (!isSchema(schema) || depth > deepest) return {};
  return {
    ...typeOf(schema),
    ...valuesOf(schema),
    ...fieldsOf(schema, depth),
    ...(isSchema(schema.items) ? { items: jsonSchemaOf(schema.items, depth + 1) } : {}),
    ...junctions(schema),
  };
}

const types = ['string', 'integer', 'number', 'boolean', 'array', 'object'];

function typeOf(schema: StructuralSchema): AnySchemaObject {
  const isEither = schema['x-kubernetes-int-or-string'] === true;
  const own = isEither ? ['integer', 'string'] : types.filter((type) => type === schema.type);
  if (own.length === 0) return {};
  return { type: schema['nullable'] === true ? [...own, 'null'] : own };
}

/** What a value must be, beyond its type. Formats and rules in CEL are an API server's to judge. */
function valuesOf(schema: StructuralSchema): AnySchemaObject {
  const kept = same.flatMap((keyword) =>
    schema[keyword] === undefined ? [] : [[keyword, schema[keyword]] as const],
  );
  return {
    ...Object.fromEntries(kept),
    ...boundOf(schema, 'minimum'),
    ...boundOf(schema, 'maximum'),
    ...patternOf(schema),
  };
}

/** In OpenAPI 3.0 a bound is said to be exclusive beside it. */
function boundOf(schema: StructuralSchema, keyword: 'minimum' | 'maximum'): AnySchemaObject {
  const bound = schema[keyword];
  const exclusive = keyword === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
  if (typeof bound !== 'number') return {};
  return schema[exclusive] === true ? { [exclusive]: bound } : { [keyword]: bound };
}

/** Longer ones, and those that repeat what repeats, could take this engine for ever: Kubernetes' takes linear time. */
const mostOfPattern = 200;

function patternOf({ pattern }: StructuralSchema): AnySchemaObject {
  if (typeof pattern !== 'string' || pattern.length > mostOfPattern) return {};
  if (/[*+}]\??\)+[*+{]|\|[^)]*\)[*+{]|\\[Azp]|\[\[:|\(\?[^:]/.test(pattern)) return {};
  try {
    new RegExp(pattern, 'u');
    return { pattern };
  } catch {
    return {};
  }
}

/** Unknown fields are refused, or dropped, unless a part is said to keep them. */
function fieldsOf(schema: StructuralSchema, depth: number): AnySchemaObject {
  const { properties = {}, additionalProperties: more, type } = schema;
  if (type !== 'object' || !isSchema(properties)) return {};
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const own = Object.entries(properties).map(
    ([name, inner]) => [name, jsonSchemaOf(inner, depth + 1)] as const,
  );
  const keeps = schema['x-kubernetes-preserve-unknown-fields'] === true || more === true;
  const required = requiredOf(schema, properties);
  return {
    properties: { ...(embedded ? { ...objectFields, metadata: {} } : {}), ...Object.fromEntries(own) },
    ...(isSchema(more)
      ? { additionalProperties: jsonSchemaOf(more, depth + 1) }
      : keeps
        ? {}
        : { additionalProperties: false }),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** A field with a default is never missing. */
const requiredOf = (
  { required }: StructuralSchema,
  properties: Readonly<Record<string, StructuralSchema>>,
): string[] =>
  (Array.isArray(required) ? required : []).filter(
    (name): name is string =>
      typeof name === 'string' &&
      !(Object.hasOwn(properties, name) && properties[name]?.['default'] !== undefined),
  );

/** Inside of these only values are judged: fields are those of the part around. */
function junctions(schema: StructuralSchema): AnySchemaObject {
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const parts = schema[keyword];
    return Array.isArray(parts) && parts.length > 0
      ? [[keyword, parts.map((part: unknown) => branchOf(part, 0))] as const]
      : [];
  });
  return {
    ...Object.fromEntries(lists),
    ...(isSchema(schema['not']) ? { not: branchOf(schema['not'], 0) } : {}),
  };
}

function branchOf(schema: unknown, depth: number): AnySchemaObject {
  if (!isSchema(schema) || depth > deepest) return {};
  const { properties, required, items } = schema;
  const fields = isSchema(properties)
    ? {
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, inner]) => [name, branchOf(inner, depth + 1)]),
        ),
      }
    : {};
  return {
    ...typeOf(schema),
    ...valuesOf(schema),
    ...fields,
    ...(Array.isArray(required) && required.length > 0 ? { required } : {}),
    ...(isSchema(items) ? { items: branchOf(items, depth + 1) } : {}),
    ...junctions(schema),
  };
}
