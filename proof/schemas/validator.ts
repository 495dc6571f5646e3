import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { schemaOf, schemasFor } from './json-schema.ts';
import type { KubernetesTypes } from './kubernetes-types.ts';

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

  constructor(types: KubernetesTypes) {
    this.types = types;
  }

  /** Every violation of a type, by name. */
  errorsOf(type: string, value: unknown): readonly ErrorObject[] {
    const validate = this.#compiled.get(type) ?? this.#compile(type);
    return validate(value) ? [] : (validate.errors ?? []);
  }

  #compile(type: string): ValidateFunction {
    for (const [id, schema] of schemasFor(this.types, type))
      if (!this.#ajv.getSchema(id)) this.#ajv.addSchema(schema);
    const validate = this.#ajv.compile(schemaOf(type));
    this.#compiled.set(type, validate);
    return validate;
  }
}
