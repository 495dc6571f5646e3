import { Yaml } from 'cdk8s';

/**
 * The YAML of objects as cdk8s writes it, byte for byte (test/charts-ts/yaml.test.ts), in a third of the time: what is
 * plain beyond doubt is written here, everything else by the library.
 */
export function stringifyManifests(objects: readonly unknown[]): string {
  return objects
    .map((object) => (isGroup(object) ? block(object, '').join('') : library(object)))
    .join('---\n');
}

type Group = Readonly<Record<string, unknown>> | readonly unknown[];

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** The lines of a group, each with its end. */
function block(group: Group, indent: string): string[] {
  return Array.isArray(group)
    ? group.map((item: unknown) => listItem(item, indent))
    : Object.entries(group).map(([key, value]) => entry(key, value, indent));
}

function entry(key: string, value: unknown, indent: string): string {
  if (plainText(key) !== key) return indented(library({ [key]: value }), indent);
  if (isGroup(value)) return `${indent}${key}:\n${block(value, `${indent}  `).join('')}`;
  const plain = plainValue(value);
  return plain === undefined ? indented(library({ [key]: value }), indent) : `${indent}${key}: ${plain}\n`;
}

function listItem(item: unknown, indent: string): string {
  // The first line of a group stands beside the dash, which takes the place of its indentation.
  if (isGroup(item))
    return `${indent}- ${block(item, `${indent}  `)
      .join('')
      .slice(indent.length + 2)}`;
  const plain = plainValue(item);
  return plain === undefined ? indented(library([item]), indent) : `${indent}- ${plain}\n`;
}

function plainValue(value: unknown): string | undefined {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? plainText(value) : undefined;
}

/** Words that YAML 1.1 reads as something else than themselves. */
const reserved = /^(y|n|yes|no|on|off|true|false|null)$/i;
const plain = /^[A-Za-z](?:[A-Za-z0-9_.@/-]|:(?=[A-Za-z0-9/]))*$/;
const filePath = /^\.?\/[A-Za-z0-9_./-]*$/;
const quantity = /^[1-9][0-9]*(?:m|[KMGT]i)$/;
const digits = /^(0|[1-9][0-9]{0,9})$/;

/** How a text is written on one line, or `undefined` where that takes more thought. */
function plainText(text: string): string | undefined {
  if (plain.test(text) && !reserved.test(text)) return text;
  if (filePath.test(text) || quantity.test(text)) return text;
  return digits.test(text) || text === 'true' || text === 'false' ? `"${text}"` : undefined;
}

const library = (value: unknown): string => Yaml.stringify(value);

function indented(text: string, indent: string): string {
  return indent === '' ? text : text.replaceAll(/^(?=.)/gm, indent);
}
