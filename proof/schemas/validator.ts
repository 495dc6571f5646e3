import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv';
import type { StructuralSchema } from './custom-definitions.ts';
import { schemaOf, schemasFor } from './json-schema.ts';
import type { KubernetesTypes } from './kubernetes-types.ts';
import { rootSchema } from './structural-schema.ts';

const objectMeta = 'apis.meta.v1.ObjectMeta';

/** Holds objects against the types of one version of Kubernetes. A kind is compiled when the first object of it comes. */
export class Validator {
  readonly types: KubernetesTypes;
  // The schemas are our own, made by `schemasFor`: to hold them against a schema of schemas would only take time.
  readonly #ajv = new Ajv({
    allErrors: true,
    strict: false,
    validateSchema: false,
    meta: false,
    inlineRefs: false,
  });
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #custom = new WeakMap<object, ValidateFunction>();

  constructor(types: KubernetesTypes) {
    this.types = types;
  }

  /** Every violation of a type, by name. */
  errorsOf(type: string, value: unknown): readonly ErrorObject[] {
    const validate = this.#compiled.get(type) ?? this.#compile(type);
    return validate(value) ? [] : (validate.errors ?? []);
  }

  /** Every violation of the schema of a CustomResourceDefinition; none where it cannot be compiled. */
  errorsOfCustom(schema: StructuralSchema, value: unknown): readonly ErrorObject[] {
    const validate = this.#custom.get(schema) ?? this.#compileCustom(schema);
    return validate(value) ? [] : (validate.errors ?? []);
  }

  #compileCustom(schema: StructuralSchema): ValidateFunction {
    this.#add(objectMeta);
    const validate = compiled(this.#ajv, rootSchema(schema, schemaOf(objectMeta)));
    this.#custom.set(schema, validate);
    return validate;
  }

  #compile(type: string): ValidateFunction {
    this.#add(type);
    const validate = this.#ajv.compile(schemaOf(type));
    this.#compiled.set(type, validate);
    return validate;
  }

  /** Adds the schemas of a type and of every type inside it. */
  #add(type: string): void {
    for (const [id, schema] of schemasFor(this.types, type))
      if (!this.#ajv.getSchema(id)) this.#ajv.addSchema(schema);
  }
}

/** A definition that contradicts itself is reported by its own schema; of its objects nothing is known then. */
function compiled(ajv: Ajv, schema: AnySchemaObject): ValidateFunction {
  try {
    return ajv.compile(schema);
  } catch {
    return ajv.compile({});
  }
}
