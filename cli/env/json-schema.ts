import type { Service } from '../../model/stack.ts';
import { asText, expectationOf, longestNumber, type Variable } from '../../model/variable.ts';
import { numberRange } from './number-range.ts';
import { generatedBy, oneLine, type Part } from './part.ts';

/** JSON Schema 2020-12 of a service's environment, whose values are texts. An empty one is unset, so it is taken. */
export function jsonSchema({ name: service, variables = {} }: Service): Part[] {
  const names = Object.keys(variables);
  return [
    {
      text: `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$comment": ${JSON.stringify(`${generatedBy('json-schema', service)}; do not edit.`)},
  "title": ${JSON.stringify(`The environment of ${service}`)},
  "type": "object",
  "properties": {`,
    },
    ...Object.entries(variables).map(([variable, data]) => ({
      variable,
      text: `    "${variable}": ${indented(schemaOf(data))}${variable === names.at(-1) ? '' : ','}`,
    })),
    { text: '  }\n}' },
  ];
}

const indented = (schema: object): string => JSON.stringify(schema, null, 2).replaceAll('\n', '\n    ');

const schemaOf = (variable: Variable): object => ({
  description: `${oneLine(variable.doc)}${variable.unit ? ` (${variable.unit})` : ''}; expected ${expectationOf(variable)}`,
  type: 'string',
  ...(variable.secret ? { writeOnly: true } : {}),
  ...(variable.default === undefined ? {} : { default: asText(variable.default) }),
  anyOf: [{ const: '' }, textSchema(variable)],
});

/** The texts that `valueIn` reads. */
function textSchema(variable: Variable): object {
  switch (variable.type) {
    case 'boolean':
      return { enum: ['true', 'false'] };
    case 'integer':
      return {
        pattern: `^0*(?:${numberRange(variable.minimum, variable.maximum)})$`,
        maxLength: longestNumber,
      };
    case 'enum':
      return { enum: variable.values };
    case 'list':
      return { pattern: `^${listPattern(variable.values)}$` };
    case 'string': {
      const { pattern, minLength, maxLength } = variable;
      return {
        ...(pattern === undefined ? {} : { pattern: `^(?:${pattern})$` }),
        ...(minLength === undefined ? {} : { minLength }),
        ...(maxLength === undefined ? {} : { maxLength }),
      };
    }
  }
}

function listPattern(values: readonly string[]): string {
  const words = values.map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}/]/g, '\\$&')).join('|');
  // In ECMA-262, which schemas go by, `\s` is what `trim` takes away.
  const word = `\\s*(?:${words})\\s*`;
  return `${word}(?:,${word})*`;
}
