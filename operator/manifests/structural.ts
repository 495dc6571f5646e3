import { isFields } from '../../model/fields.ts';
import type { SchemaKeywords } from '../../model/json-schema.ts';
import { validationsKeyword, type ValidationRule } from '../../model/validation-rules.ts';

/** The part of a structural schema that is used here; `kubernetes-types` lacks the `x-kubernetes-` fields. */
export interface Schema extends SchemaKeywords {
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly [validationsKeyword]?: readonly ValidationRule[];
  readonly 'x-kubernetes-list-type'?: 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** Means the same in JSON Schema and in a structural schema. */
const same = [
  ...['type', 'description', 'default', 'enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['minItems', 'maxItems', 'maxProperties', 'required', validationsKeyword],
];

/**
 * A JSON schema as a structural schema.
 * @throws RangeError for a keyword it does not know: left out in silence, the API server would accept what the CLI
 * refuses.
 */
export function structural(node: object, path = ''): Schema {
  const schema: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(node) as [string, unknown][]) {
    if (same.includes(keyword)) schema[keyword] = value;
    else if (keyword === 'items') schema.items = structural(value as object, `${path}[]`);
    else if (keyword === 'properties') schema.properties = groups(value as object, path);
    else if (keyword === 'additionalProperties') {
      // The API server refuses unknown fields by itself (fieldValidation=Strict), or drops them.
      if (value !== false) schema.additionalProperties = structural(value as object, `${path}.*`);
    } else
      throw new RangeError(
        `${path || 'The document'} has the JSON schema keyword "${keyword}", which a CustomResourceDefinition cannot say.`,
      );
  }
  return withWholeDefault(schema);
}

/** The API server holds a group's default against the group's rules as it stands, before it fills in defaults inside. */
const withWholeDefault = (schema: Schema): Schema =>
  schema[validationsKeyword] && isFields(schema.default)
    ? { ...schema, default: filledIn(schema, schema.default) }
    : schema;

function filledIn({ properties = {} }: Schema, value: unknown): unknown {
  if (!isFields(value)) return value;
  const inside = Object.entries(properties).flatMap(([key, child]): [string, unknown][] => {
    const own = key in value ? value[key] : child.default;
    return own === undefined ? [] : [[key, filledIn(child, own)]];
  });
  return { ...value, ...Object.fromEntries(inside) };
}

const groups = (properties: object, path: string): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(properties).map(([key, child]) => [
      key,
      structural(child as object, path === '' ? key : `${path}.${key}`),
    ]),
  );
