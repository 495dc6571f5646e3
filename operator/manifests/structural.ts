/** The part of a structural schema that is used here; `kubernetes-types` lacks the `x-kubernetes-` fields. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  readonly 'x-kubernetes-list-type'?: 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** A rule in CEL: https://kubernetes.io/docs/reference/using-api/cel/ */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

/** Means the same in JSON Schema and in a structural schema. */
const same = [
  ...['type', 'description', 'default', 'enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['minItems', 'maxItems', 'maxProperties', 'required', 'x-kubernetes-validations'],
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
  return schema;
}

const groups = (properties: object, path: string): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(properties).map(([key, child]) => [
      key,
      structural(child as object, path === '' ? key : `${path}.${key}`),
    ]),
  );
