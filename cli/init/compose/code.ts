/** A part of a program that stands in it as it is, beside the value that it has. */
export class Code {
  readonly text: string;
  readonly value: unknown;

  constructor(text: string, value: unknown) {
    this.text = text;
    this.value = value;
  }
}

/** The widest line that a list or an object may take. */
const width = 110;

/** A value as TypeScript that a person would write; undefined properties are left out. */
export function codeOf(value: unknown, indent = ''): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const deeper = `${indent}  `;
  const parts = isList
    ? value.map((one) => codeOf(one, deeper))
    : Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([name, one]) => `${keyOf(name)}: ${codeOf(one, deeper)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  const inLine = isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  if (!inLine.includes('\n') && indent.length + inLine.length <= width) return inLine;
  return `${open}\n${parts.map((part) => `${deeper}${part},\n`).join('')}${indent}${close}`;
}

/** The same without code: what the program makes of it. */
export function valueOf(value: unknown): unknown {
  if (value instanceof Code) return value.value;
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(present.map(([name, one]) => [name, valueOf(one)]));
}

const keyOf = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));

/** In single quotes. What JSON escapes is escaped the same way in TypeScript. */
const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
