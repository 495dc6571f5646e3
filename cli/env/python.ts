import { gatesOfService } from '../../model/gates.ts';
import { reportVersion } from '../../model/report.ts';
import type { Report, Service } from '../../model/stack.ts';
import {
  expectationOf,
  longestNumber,
  spaces,
  type Variable,
  type VariableValue,
} from '../../model/variable.ts';
import { generatedBy, oneLine, type Part } from './part.ts';
import { moduleHead, readers, readiness, settingsHead, settingsTail } from './python-texts.ts';

/** A module of pydantic-settings that reads the texts that `parseEnv` reads, and refuses every other. */
export function python(service: Service): Part[] {
  const { name, variables = {}, report } = service;
  return [
    { text: moduleHead(name, generatedBy('python', name)) },
    { text: constants(variables, report) },
    { text: readers(longestNumber, escaped(spaces)) },
    { text: settingsHead(name) },
    ...Object.entries(variables).map(([variable, data]) => ({ variable, text: fieldOf(variable, data) })),
    { text: settingsTail(reportVersion, report !== undefined).trimEnd() },
    ...(report === undefined ? [] : [{ text: `\n${readiness(reportVersion, gatesOf(service)).trimEnd()}` }]),
  ];
}

function constants(variables: Readonly<Record<string, Variable>>, report: Report | undefined): string {
  const names = (chosen: (variable: Variable) => unknown): string =>
    tuple(Object.keys(variables).filter((name) => variables[name] && chosen(variables[name])));
  return [
    ...(report === undefined
      ? []
      : [`READYZ_PATH = ${text(report.readyz)}`, `CONFIG_PATH = ${text(report.config)}`]),
    `_PUBLIC = ${names(({ secret, local }) => !secret && !local)}`,
    `_SECRET = ${names(({ secret }) => secret)}`,
    '',
  ].join('\n');
}

/** The attribute is called as the variable where no attribute of the class, and no name it uses, can be called so. */
const isPlain = (name: string): boolean => /^[A-Z][A-Z0-9]*(_\w*)?$/.test(name);

function fieldOf(name: string, variable: Variable): string {
  const { unit, secret } = variable;
  const about = `    # ${oneLine(variable.doc)}${unit === undefined ? '' : `, in ${oneLine(unit)}`}${secret ? '; secret' : ''}`;
  const given = variable.default === undefined ? undefined : valueText(variable.default);
  const type = `${typeOf(variable)}${given === undefined ? ' | None' : ''}`;
  const value = isPlain(name)
    ? (given ?? 'None')
    : `Field(${given ?? 'None'}, validation_alias=${text(name)})`;
  return `${about}\n    ${isPlain(name) ? name : `env_${name}`}: Annotated[${type}, ${readerOf(variable)}] = ${value}`;
}

function typeOf(variable: Variable): string {
  const type = plainType(variable);
  if (!variable.secret) return type;
  return type === 'str' ? 'SecretStr' : `Secret[${type}]`;
}

function plainType(variable: Variable): string {
  switch (variable.type) {
    case 'string':
      return 'str';
    case 'integer':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'enum':
      return `Literal[${variable.values.map(text).join(', ')}]`;
    case 'list':
      return `tuple[Literal[${variable.values.map(text).join(', ')}], ...]`;
  }
}

function readerOf(variable: Variable): string {
  const expected = text(expectationOf(variable));
  switch (variable.type) {
    case 'string': {
      const { pattern, minLength, maxLength } = variable;
      const rest = [
        ...(pattern === undefined ? [] : [`pattern=${patternText(pattern)}`]),
        ...(minLength === undefined ? [] : [`shortest=${minLength}`]),
        ...(maxLength === undefined ? [] : [`longest=${maxLength}`]),
      ];
      return `_string(${[expected, ...rest].join(', ')})`;
    }
    case 'integer':
      return `_integer(${expected}, ${variable.minimum}, ${variable.maximum})`;
    case 'boolean':
      return `_boolean(${expected})`;
    case 'enum':
    case 'list':
      return `${variable.type === 'enum' ? '_word' : '_words'}(${[expected, ...variable.values.map(text)].join(', ')})`;
  }
}

function valueText(value: VariableValue): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? text(value) : tuple(value);
}

/** What JSON writes of a text is a literal in Python, too. */
const text = (value: string): string => JSON.stringify(value);

/** A pattern is ASCII; as it is where a raw literal can hold it. */
const patternText = (pattern: string): string =>
  /^[^"]*[^"\\]$/.test(pattern) ? `r"${pattern}"` : text(pattern);

const tuple = (words: readonly string[]): string =>
  `(${words.map(text).join(', ')}${words.length === 1 ? ',' : ''})`;

/** A literal whose characters can all be seen. */
const escaped = (value: string): string =>
  `"${value.replaceAll(/[^]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

/** The gates of its readiness, as a literal: of several edges to a dependency the stricter one counts. */
function gatesOf(service: Service): string {
  const isHard = (name: string): boolean =>
    (service.edges ?? []).some(({ to, gate }) => to === name && gate === 'hard');
  const gates = gatesOfService(service).map((name) => `${text(name)}: "${isHard(name) ? 'hard' : 'first'}"`);
  return `{${gates.join(', ')}}`;
}
