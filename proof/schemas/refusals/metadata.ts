import {
  isSet,
  listAt,
  partAt,
  partsAt,
  quoted,
  refuseIf,
  textAt,
  type Part,
  type Refusal,
  type Rule,
} from './refusal.ts';

/** What the API server says of names, labels and label selectors. */

const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A form of names, with the words that complete "expected …". */
interface Form {
  readonly form: RegExp;
  readonly expected: string;
}

/** Most names. */
const subdomainForm: Form = {
  form: subdomain,
  expected: 'a name of lower-case letters, digits, "-" and "." that starts and ends with a letter or digit',
};
const labelForm: Form = {
  form: label,
  expected:
    'a name of at most 63 lower-case letters, digits and "-" that starts and ends with a letter or digit',
};

/** Names that become part of others have a form of their own; that of an object for rights is free but for a path's letters. */
const forms: Readonly<Record<string, Form>> = {
  Namespace: labelForm,
  StatefulSet: labelForm,
  Service: {
    form: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    expected: 'a name of at most 63 lower-case letters, digits and "-" that starts with a letter',
  },
  CronJob: {
    form: new RegExp(`^(?=.{1,52}$)${subdomain.source.slice(1)}`),
    expected: 'a name of at most 52 letters: its Jobs add 11 to it',
  },
};
const freeGroups = /^(rbac\.authorization|certificates)\.k8s\.io\//;

/** An object's name, or what one is made of. */
export const objectName: Rule = (object) => {
  const { apiVersion, kind } = object;
  const name = textAt(object, 'metadata', 'name');
  if (name === undefined)
    // A number or a truth value there is of a wrong type, which is told already.
    return refuseIf(!isSet(object, 'metadata', 'generateName') && !hasName(object), () => ({
      at: ['metadata', 'name'],
      what: 'is missing; an object needs a name',
      fix: 'Write a name.',
    }));
  const free = freeGroups.test(String(apiVersion));
  const { form, expected } = free
    ? { form: /^(?!\.\.?$)[^/%]+$/, expected: 'a name without "/" and "%"' }
    : (forms[String(kind)] ?? subdomainForm);
  return refuseIf(!form.test(name), () => ({
    at: ['metadata', 'name'],
    what: `is ${quoted(name)}; expected ${expected}`,
    fix: `Write ${expected}.`,
  }));
};

/** A definition is called like what it defines. */
export const definitionName: Rule = (definition) => {
  const [name, plural] = [
    textAt(definition, 'metadata', 'name'),
    textAt(definition, 'spec', 'names', 'plural'),
  ];
  const right = `${plural ?? ''}.${textAt(definition, 'spec', 'group') ?? ''}`;
  return refuseIf(
    name !== undefined && plural !== undefined && isSet(definition, 'spec', 'group') && name !== right,
    () => ({
      at: ['metadata', 'name'],
      what: `is ${quoted(name)}; a definition is called by the plural and the group of its objects, ${quoted(right)}`,
      there: ['spec', 'names', 'plural'],
      fix: `Write ${right}.`,
    }),
  );
};

const hasName = (object: Part): boolean =>
  isSet(object, 'metadata', 'name') && partAt(object, 'metadata')['name'] !== '';

const valueForm = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const keyForm = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const valueWords = 'at most 63 letters, digits, "-", "_" and "." that start and end with a letter or digit';

/** `app` or `example.org/app`. */
export function isQualifiedName(text: string): boolean {
  const [name = '', prefix, ...rest] = text.split('/').reverse();
  return rest.length === 0 && keyForm.test(name) && (prefix === undefined || subdomain.test(prefix));
}

const keyRefusal = (at: readonly (string | number)[], key: string): Refusal => ({
  at,
  what: `has a key that Kubernetes refuses; expected ${valueWords}, and before them at most a domain and "/"`,
  fix: `Write another key than ${quoted(key)}.`,
});

/** The keys and values of labels in a map at a path. */
const labelsAt = (part: Part, ...at: readonly string[]): Refusal[] =>
  Object.entries(partAt(part, ...at)).flatMap(([key, value]) => [
    ...refuseIf(!isQualifiedName(key), () => keyRefusal([...at, key], key)),
    ...refuseIf(typeof value === 'string' && !valueForm.test(value), () => ({
      at: [...at, key],
      what: `is ${quoted(value)}; expected a label value: ${valueWords}`,
      fix: `Write ${valueWords}.`,
    })),
  ]);

/** Labels and annotations of an object or a template. */
export const labelsAndAnnotations: Rule = (metadata) => [
  ...labelsAt(metadata, 'labels'),
  // The letters of an annotation's key may be capital, also before its slash.
  ...Object.keys(partAt(metadata, 'annotations'))
    .filter((key) => !isQualifiedName(key.toLowerCase()))
    .map((key) => keyRefusal(['annotations', key], key)),
];

/** The labels by which a Service or a node is selected. */
export const selectorOf =
  (field: string): Rule =>
  (part) =>
    labelsAt(part, field);

const operators: Readonly<Record<string, 'some' | 'none'>> = {
  In: 'some',
  NotIn: 'some',
  Exists: 'none',
  DoesNotExist: 'none',
};

/** A selector of labels with its expressions. */
export const labelSelector: Rule = (selector) => [
  ...labelsAt(selector, 'matchLabels'),
  ...partsAt(selector, 'matchExpressions').flatMap((expression, index) => {
    const at = ['matchExpressions', index];
    const operator = textAt(expression, 'operator') ?? '';
    const values = listAt(expression, 'values');
    const wanted = operators[operator];
    if (wanted === undefined)
      return refuseIf(operator !== '', () => ({
        at: [...at, 'operator'],
        what: `is ${quoted(operator)}; expected In, NotIn, Exists or DoesNotExist`,
        fix: 'Write In, NotIn, Exists or DoesNotExist.',
      }));
    return [
      ...refuseIf(wanted === 'some' && values.length === 0, () => ({
        at: [...at, 'values'],
        what: `has no value; the operator ${operator} needs one`,
        fix: `Write values, or the operator ${operator === 'In' ? 'Exists' : 'DoesNotExist'}.`,
      })),
      ...refuseIf(wanted === 'none' && values.length > 0, () => ({
        at: [...at, 'values'],
        what: `has a value; the operator ${operator} takes none`,
        fix: `Remove values, or write the operator ${operator === 'Exists' ? 'In' : 'NotIn'}.`,
      })),
    ];
  }),
];
