import { asText, expectationOf, valueIn, type Variable } from './variable.ts';

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
  const known = fieldsOf[variable.type] as readonly string[] | undefined;
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
      return variable.pattern === undefined ? [] : patternProblems(name, variable.pattern);
    case 'integer':
      return variable.minimum >= 0 && variable.minimum <= variable.maximum
        ? []
        : [`${name} has the bounds ${variable.minimum} to ${variable.maximum}; no number is within them.`];
    case 'enum':
    case 'list':
      return variable.values.every((word) => /^[!-~]+$/.test(word) && !word.includes(','))
        ? []
        : [`${name} has values with spaces, commas or letters beyond ASCII.`];
    case 'boolean':
      return [];
  }
}

/** Regular expression syntax that JavaScript, Python and RE2 (CRDs, Go) read differently or refuse. */
const differing: readonly (readonly [RegExp, string])[] = [
  [/[^\x20-\x7e]/, 'characters beyond printable ASCII'],
  [/\\[dDwWsSbBpP]/, 'a class such as \\d, which means other characters in other languages'],
  [/\(\?(?!:)/, 'lookaround, a named group or flags'],
  [/\\[1-9]/, 'a back reference'],
  [/\\[^.\\/[\](){}|?*+^$-]/, 'an escape that is not of punctuation'],
];

function patternProblems(name: string, pattern: string): string[] {
  const found = differing.filter(([mark]) => mark.test(pattern)).map(([, what]) => what);
  if (found.length > 0) return [`${name} has a pattern with ${found.join(' and ')}: ${pattern}`];
  try {
    new RegExp(`^(?:${pattern})$`);
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
