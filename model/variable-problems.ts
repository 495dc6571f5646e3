import {
  asText,
  expectationOf,
  valueIn,
  type IntegerVariable,
  type TextVariable,
  type Variable,
} from './variable.ts';

/** The fields each type of variable has, besides those all have. */
const fieldsOf: Readonly<Record<Variable['type'], readonly string[]>> = {
  string: ['pattern', 'minLength', 'maxLength', 'expected'],
  integer: ['minimum', 'maximum', 'expected'],
  boolean: [],
  enum: ['values'],
  list: ['values'],
};
const common = ['type', 'doc', 'unit', 'secret', 'refers', 'local', 'default'];

/** Why a variable would be read differently in other languages, a sentence each; empty when it would not. */
export function variableProblems(name: string, variable: Variable): string[] {
  const known = Object.hasOwn(fieldsOf, variable.type) ? fieldsOf[variable.type] : undefined;
  if (Object.hasOwn(variable, 'schema'))
    return [
      `${name} has a schema of its own; a variable is data (type, bounds, one pattern), so that every language reads it alike.`,
    ];
  if (known === undefined)
    return [
      `${name} has the type ${JSON.stringify(variable.type)}; expected one of ${Object.keys(fieldsOf).join(', ')}.`,
    ];
  return [
    ...Object.keys(variable)
      .filter((field) => !common.includes(field) && !known.includes(field))
      .map((field) => `${name} has the field "${field}", which a variable of type ${variable.type} has not.`),
    ...boundProblems(name, variable),
    ...defaultProblems(name, variable),
  ];
}

function boundProblems(name: string, variable: Variable): string[] {
  switch (variable.type) {
    case 'string':
      return textProblems(name, variable);
    case 'integer':
      return integerProblems(name, variable);
    case 'enum':
    case 'list':
      return valueProblems(name, variable.values);
    case 'boolean':
      return [];
  }
}

function textProblems(
  name: string,
  { pattern, minLength = 0, maxLength = Infinity }: TextVariable,
): string[] {
  return [
    ...(minLength > maxLength
      ? [`${name} has lengths from ${minLength} to ${maxLength}; no text is within them.`]
      : []),
    ...(pattern === undefined ? [] : patternProblems(name, pattern)),
  ];
}

function integerProblems(name: string, { minimum, maximum }: IntegerVariable): string[] {
  const isBound = (bound: number): boolean => Number.isSafeInteger(bound) && bound >= 0;
  if (!isBound(minimum) || !isBound(maximum))
    return [`${name} has the bounds ${minimum} to ${maximum}; expected whole numbers from 0.`];
  return minimum <= maximum
    ? []
    : [`${name} has the bounds ${minimum} to ${maximum}; no number is within them.`];
}

function valueProblems(name: string, values: readonly string[] | undefined): string[] {
  if (!Array.isArray(values) || values.length === 0) return [`${name} has no values to choose from.`];
  return values.every((word: string) => /^[!-~]+$/.test(word) && !word.includes(','))
    ? []
    : [`${name} has values with spaces, commas or letters beyond ASCII.`];
}

/** Regular expression syntax that JavaScript, Python and RE2 (CRDs, Go) read differently or refuse. */
const differing: readonly (readonly [RegExp, string])[] = [
  [/[^\x20-\x7e]/, 'characters beyond printable ASCII'],
  [/\\[dDwWsSbBpP]/, 'a class such as \\d, which means other characters in other languages'],
  [/\(\?(?!:)/, 'lookaround, a named group or flags'],
  [/\\[1-9]/, 'a back reference'],
  [/\\[^.\\/[\](){}|?*+^$-]/, 'an escape that is not of punctuation'],
  [/\[\^/, 'a negated class, which other languages hold against other units'],
  [/\[\]/, 'an empty class, or one that ends with "["'],
  [/\[\[:|&&|\{,/, 'a class in a class, or a repetition without its least number'],
];

/** Why a pattern is read differently in other languages, in sentences about `name`; empty when it is not. */
export function patternProblems(name: string, pattern: unknown): string[] {
  if (typeof pattern !== 'string') return [`${name} has a pattern that is no text.`];
  // The anchors of a whole pattern say only that it is for the whole text.
  const inner = pattern.replace(/^\^/, '').replace(/\$$/, '');
  const outside = inner.replaceAll(/\\./g, '').replaceAll(/\[[^\]]*\]/g, '');
  const found = [
    ...differing.filter(([mark]) => mark.test(inner)).map(([, what]) => what),
    ...(/[.^$]/.test(outside) ? ['a dot or an anchor inside'] : []),
  ];
  if (found.length > 0) return [`${name} has a pattern with ${found.join(' and ')}: ${pattern}`];
  try {
    new RegExp(`^(?:${pattern})$`, 'u');
    return [];
  } catch {
    return [`${name} has a pattern that is no regular expression: ${pattern}`];
  }
}

function defaultProblems(name: string, variable: Variable): string[] {
  if (variable.default === undefined) return [];
  if (variable.secret) return [`${name} is secret and has a default, which would be public.`];
  const text = asText(variable.default);
  return text === '' || valueIn(variable, text) !== undefined
    ? []
    : [`${name} has the default "${text}"; expected ${expectationOf(variable)}.`];
}
