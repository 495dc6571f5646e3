import type { Service } from '../../model/stack.ts';
import { asText, expectationOf, type Variable } from '../../model/variable.ts';
import { generatedBy, oneLine, type Part } from './part.ts';

/** An env file with every variable of a service, commented out at its default. */
export function dotenv({ name: service, variables = {} }: Service): Part[] {
  return [
    {
      text: `# Every variable of ${service}; remove a "#" to set one.\n# ${generatedBy('dotenv', service)}.`,
    },
    ...Object.entries(variables).map(([name, variable]) => ({
      variable: name,
      text: `\n# ${oneLine(variable.doc)}\n#   ${expectation(variable)}\n#${name}=${defaultText(variable)}`,
    })),
  ];
}

function expectation(variable: Variable): string {
  const state = variable.secret
    ? 'secret'
    : variable.default === undefined
      ? 'optional'
      : `default ${oneLine(asText(variable.default))}`;
  return `${oneLine(expectationOf(variable))}; ${state}${variable.unit ? ` ${oneLine(variable.unit)}` : ''}`;
}

function defaultText(variable: Variable): string {
  return variable.secret || variable.default === undefined ? '' : quoted(asText(variable.default));
}

/** As readers of such files take a text: a plain one as it is; in double quotes `\n` is a line break. */
function quoted(text: string): string {
  if (/^[^\s"'`#\\][^\n\r"'`#]*$/.test(text) && text === text.trim()) return text;
  const quote = ["'", '"', '`'].find((mark) => !text.includes(mark));
  if (/[\n\r]/.test(text)) return `"${text.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
  return text === '' || quote === undefined ? text : `${quote}${text}${quote}`;
}
