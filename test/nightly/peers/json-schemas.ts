import type { OpenApi, Schemas } from '../../../scripts/kubernetes-schemas.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * File name → a JSON schema for each kind, as kubeconform looks for them: `deployment-apps-v1.json`. Strict, as the schemas
 * it downloads with -strict: other fields are refused, and null is unset.
 */
export function kindSchemas(schemas: Schemas): Readonly<Record<string, JsonSchema>> {
  const files = [...schemas].flatMap(([name, schema]) =>
    (schema['x-kubernetes-group-version-kind'] ?? [])
      .filter(() => schema.properties?.['apiVersion'] !== undefined)
      .map(({ group, version, kind }): [string, JsonSchema] => {
        const suffix = [kind, group.split('.')[0] ?? '', version].filter((part) => part !== '');
        return [`${suffix.join('-').toLowerCase()}.json`, schemaOf(name, schemas)];
      }),
  );
  return Object.fromEntries(files);
}

/** The schema of a type with all that it refers to. */
function schemaOf(name: string, schemas: Schemas): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  const visit = (one: string): void => {
    const schema = schemas.get(one);
    if (!schema || definitions[one]) return;
    definitions[one] = typeSchema(schema);
    for (const [, other = ''] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      visit(other);
  };
  visit(name);
  return { $ref: `#/$defs/${name}`, $defs: definitions };
}

/** A type by itself, which may not be null where it is an object with fields. */
function typeSchema(schema: OpenApi): JsonSchema {
  const { properties, required } = schema;
  if (!properties) return fieldSchema(schema);
  const fields = Object.entries(properties).map(([field, one]) => [field, fieldSchema(one)]);
  return {
    type: 'object',
    properties: Object.fromEntries(fields) as JsonSchema,
    ...(required ? { required } : {}),
    additionalProperties: false,
  };
}

function fieldSchema(schema: OpenApi): JsonSchema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined)
    return orNull({ $ref: reference.replace('#/components/schemas/', '#/$defs/') });
  if (schema.oneOf) return { anyOf: [...schema.oneOf.map(fieldSchema), { type: 'null' }] };
  if (schema.properties) return orNull(typeSchema(schema));
  if (schema.type === undefined) return {};
  return {
    type: [schema.type, 'null'],
    ...(schema.items ? { items: fieldSchema(schema.items) } : {}),
    ...(schema.additionalProperties
      ? { additionalProperties: fieldSchema(schema.additionalProperties) }
      : {}),
  };
}

const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
