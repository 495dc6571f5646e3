/** In `.meta` of a refined schema: its refinements in CEL, which a CustomResourceDefinition carries. */
export const validationsKeyword = 'x-kubernetes-validations';

/** A rule in CEL: https://kubernetes.io/docs/reference/using-api/cel/ */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

/** Rules as the `.meta` of a schema: a refinement of zod is a function, which an API server cannot run. */
export const inCel = (
  rules: readonly ValidationRule[],
): Readonly<Record<string, readonly ValidationRule[]>> =>
  rules.length === 0 ? {} : { [validationsKeyword]: rules };
