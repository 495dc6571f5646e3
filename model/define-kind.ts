import { StackError } from './define-stack.ts';
import { jsonSchemaOf } from './document-fields.ts';
import type { JsonSchema } from './json-schema.ts';
import { labelProblem } from './names.ts';
import type { StackDocument, StackKind, StarterChoice } from './stack-kind.ts';
import { withReservedExamples, withReservedFields } from './reserved-fields.ts';
import { unstatedRules } from './unstated-rules.ts';
import { patternProblems } from './variable-problems.ts';

/**
 * Checks a kind's data, so that its document can be a Kubernetes custom resource as well as a file, and adds the fields
 * that every kind has (`reserved-fields.ts`), to its schema and, as comments, to its starter.
 * @throws StackError with everything a CRD cannot express: a union, a text, list or number without bounds, a group
 * whose defaults are lost when the document omits it, names Kubernetes refuses. A refinement that it cannot express is no
 * error: `unstated` of what it returns lists it.
 */
export function defineKind<D extends StackDocument>(given: StackKind<D>): StackKind<D> {
  const kind = {
    ...given,
    schema: withReservedFields(given.schema),
    starter: (chosen: StarterChoice) => withReservedExamples(given.starter(chosen)),
  };
  const schema: JsonSchema = jsonSchemaOf(kind);
  const problems = [
    ...nameProblems(kind),
    ...literalProblems(kind, schema),
    ...parameterProblems(kind),
    ...nodeProblems('', schema),
  ];
  if (problems.length > 0)
    throw new StackError(
      `The kind "${kind.kind}"`,
      problems.map((message) => ({ message })),
    );
  return Object.freeze({ ...kind, unstated: unstatedRules(kind.schema) });
}

/** `cs` is Kubernetes' own short name of componentstatuses. */
const taken = [
  'cs',
  'po',
  'svc',
  'deploy',
  'sts',
  'cm',
  'ns',
  'no',
  'ev',
  'hpa',
  'pdb',
  'ing',
  'netpol',
  'sa',
];

function nameProblems<D extends StackDocument>({
  apiVersion,
  kind,
  plural,
  shortNames,
}: StackKind<D>): string[] {
  return [
    ...(/^[a-z0-9.-]+\.[a-z]+\/v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$/.test(apiVersion)
      ? []
      : [`apiVersion is "${apiVersion}"; expected a group and a version, such as example.com/v1alpha1.`]),
    ...(/^[A-Z][A-Za-z0-9]{0,62}$/.test(kind)
      ? []
      : [`kind is "${kind}"; expected a name in PascalCase, at most 63 letters and digits.`]),
    ...[plural, ...shortNames].flatMap((name) => {
      const problem = labelProblem(name);
      return problem ? [`the name "${name}" ${problem}.`] : [];
    }),
    ...shortNames
      .filter((name) => taken.includes(name))
      .map((name) => `the short name "${name}" is Kubernetes' own.`),
  ];
}

/** The document must say the version and the kind that it is served as. */
function literalProblems<D extends StackDocument>(
  kind: StackKind<D>,
  { properties = {} }: JsonSchema,
): string[] {
  return (['apiVersion', 'kind'] as const)
    .filter((key) => properties[key]?.const !== kind[key])
    .map((key) => `${key} of the document must be the literal "${kind[key]}", as the kind says.`);
}

/** Options that `mooring open` has itself. */
const openOptions = ['browser', 'context', 'file', 'help', 'kubeconfig', 'output', 'port', 'version'];

function parameterProblems<D extends StackDocument>({ opens }: StackKind<D>): string[] {
  const names = (opens?.parameters ?? []).map(({ name }) => name);
  return names
    .filter(
      (name, index) => !/^[a-z]+$/.test(name) || openOptions.includes(name) || names.indexOf(name) !== index,
    )
    .map(
      (name) =>
        `the parameter "${name}" of what is opened must be lower-case letters, once, and no option of "open".`,
    );
}

function nodeProblems(path: string, node: JsonSchema): string[] {
  const where = path === '' ? 'the document' : path;
  if (node.anyOf ?? node.oneOf ?? node.allOf)
    return [
      `${where} is a union, which a CRD cannot say: write a group instead, such as {enabled: true, …} for false or a group.`,
    ];
  if (node.const !== undefined || node.enum)
    return [node.const, ...(node.enum ?? [])].every((one) => one === undefined || typeof one === 'string')
      ? []
      : [`${where} has values that are not all texts; a CRD needs one definite type.`];
  const check = checks[String(node.type)];
  return check
    ? check(where, path, node)
    : [`${where} has the type ${JSON.stringify(node.type ?? 'any')}; a CRD needs one definite type.`];
}

type Check = (where: string, path: string, node: JsonSchema) => string[];

const checks: Readonly<Record<string, Check>> = {
  boolean: () => [],
  string: (where, _, { maxLength, pattern }) => [
    ...(maxLength === undefined ? [`${where} is a text of any length; give it a maximum.`] : []),
    ...(pattern === undefined ? [] : patternProblems(where, pattern)),
  ],
  integer: numberProblems,
  number: numberProblems,
  array: (where, path, { maxItems, items }) => [
    ...(maxItems === undefined ? [`${where} is a list of any length; give it a maximum.`] : []),
    ...nodeProblems(`${path}[]`, items ?? {}),
  ],
  object: (where, path, node) =>
    node.properties ? groupProblems(where, path, node) : mapProblems(where, path, node),
};

/** The bounds zod gives an integer that has none. */
const unbounded = Number.MAX_SAFE_INTEGER;

function numberProblems(where: string, _: string, { minimum = -unbounded, maximum = unbounded }: JsonSchema) {
  return minimum <= -unbounded || maximum >= unbounded
    ? [`${where} is a number without bounds; give it a minimum and a maximum.`]
    : [];
}

function groupProblems(where: string, path: string, node: JsonSchema): string[] {
  const { properties = {}, required = [], additionalProperties } = node;
  return [
    ...(additionalProperties === false
      ? []
      : [`${where} lets unknown keys pass; make it strict, so that a typo is refused.`]),
    ...Object.entries(properties).flatMap(([key, child]) => {
      const at = path === '' ? key : `${path}.${key}`;
      return [
        ...nodeProblems(at, child),
        ...(losesDefaults(child) && !required.includes(key)
          ? [`${at} may be left out, and its defaults with it; give it the default {}.`]
          : []),
      ];
    }),
  ];
}

/** A CRD fills in defaults only inside a group that is present. */
const losesDefaults = (node: JsonSchema): boolean =>
  node.default === undefined && (node.required ?? []).length === 0 && hasDefaults(node);

const hasDefaults = ({ properties = {} }: JsonSchema): boolean =>
  Object.values(properties).some((child) => child.default !== undefined || hasDefaults(child));

function mapProblems(
  where: string,
  path: string,
  { maxProperties, additionalProperties }: JsonSchema,
): string[] {
  if (typeof additionalProperties !== 'object') return [`${where} is a group of any form; name its keys.`];
  return [
    ...(maxProperties === undefined ? [`${where} has any number of keys; give it a maximum.`] : []),
    ...nodeProblems(`${path}.*`, additionalProperties),
  ];
}
