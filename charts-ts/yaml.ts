import { Schema, stringify, type ScalarTag, type Tags } from 'yaml';
import { stringifyString } from 'yaml/util';

/**
 * Objects as a stream of YAML documents of printable ASCII, in the form cdk8s writes. Readers of YAML 1.1 (kubectl,
 * PyYAML) and of 1.2 get the same texts back: what either would read as another type is double-quoted, and what is not
 * printable ASCII is escaped.
 *
 * Plain words are written here, since the library takes a third of the time of `mooring synth`;
 * test/charts-ts/hostile-yaml.test.ts holds both to the same bytes.
 * @throws RangeError for a text with a lone surrogate, which no encoding can carry.
 */
export function stringifyManifests(objects: readonly unknown[]): string {
  return objects
    .map((object) => (isGroup(object) ? block(object, '').join('') : stringifyYaml(object)))
    .join('---\n');
}

/** One value as the library writes it. Throws as `stringifyManifests` does. */
export function stringifyYaml(value: unknown): string {
  return stringify(value, options);
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

/** YAML limits an implicit key to 1,024 characters; the library writes a longer one as an explicit key (`? `). */
const longestPlainKey = 1_000;

function entry(key: string, value: unknown, indent: string): string {
  if (key.length > longestPlainKey || plainText(key) !== key)
    return indented(stringifyYaml({ [key]: value }), indent);
  if (isGroup(value)) return `${indent}${key}:\n${block(value, `${indent}  `).join('')}`;
  const plain = plainValue(value);
  return plain === undefined
    ? indented(stringifyYaml({ [key]: value }), indent)
    : `${indent}${key}: ${plain}\n`;
}

function listItem(item: unknown, indent: string): string {
  // The first line of a group follows the dash, which replaces its indentation.
  if (isGroup(item))
    return `${indent}- ${block(item, `${indent}  `)
      .join('')
      .slice(indent.length + 2)}`;
  const plain = plainValue(item);
  return plain === undefined ? indented(stringifyYaml([item]), indent) : `${indent}- ${plain}\n`;
}

function plainValue(value: unknown): string | undefined {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? plainText(value) : undefined;
}

/** Words that YAML 1.1 reads as booleans or null. */
const reserved = /^(y|n|yes|no|on|off|true|false|null)$/i;
const plain = /^[A-Za-z](?:[A-Za-z0-9_.@/-]|:(?=[A-Za-z0-9/]))*$/;
const filePath = /^\.?\/[A-Za-z0-9_./-]*$/;
const quantity = /^[1-9][0-9]*(?:m|[KMGT]i)$/;
const digits = /^(0|[1-9][0-9]{0,9})$/;

/** A text as a plain scalar, or `undefined` where the library must write it. */
function plainText(text: string): string | undefined {
  if (plain.test(text) && !reserved.test(text)) return text;
  if (filePath.test(text) || quantity.test(text)) return text;
  return digits.test(text) || text === 'true' || text === 'false' ? `"${text}"` : undefined;
}

/** The library's lines, indented; an empty one stays empty. */
function indented(lines: string, indent: string): string {
  return indent === '' ? lines : lines.replaceAll(/(?<=^|\n)(?!\n|$)/g, indent);
}

const isTextTag = (tag: Tags[number]): tag is ScalarTag =>
  typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:str';

const safeTexts = (tag: ScalarTag): ScalarTag => ({
  ...tag,
  stringify: (item, context, onComment, onChompKeep) => {
    const text = String(item.value);
    return (text.includes('\n') ? isSafeBlock(text) : isSafeLine(text))
      ? stringifyString(item, { ...context, actualString: true }, onComment, onChompKeep)
      : quoted(text);
  },
});

/** What some reader takes for a number, a date, an indicator or a special word, though the library leaves it plain. */
const misread =
  /^(?:=|<<|(?:---|\.\.\.).*|[-+]?(?=\.?\d)(?:0[xob][\da-f_]*|[\d_]*\.?[\d_]*(?:e[-+]?[\d_]+)?|[\d_]+(?::[\d_]+)+(?:\.[\d_]*)?)|\d{4}-\d\d?-\d\d?(?:[t ].*)?)$/i;

/** Whether every reader reads this line as the text it is. */
const isSafeLine = (line: string): boolean => /^[ -~]*$/.test(line) && !misread.test(line);

/** Whether it may be a block scalar: readers differ over white space at its edges. */
const isSafeBlock = (text: string): boolean => /^[!-~][ -~\n]*$/.test(text) && !/ (?:\n|$)|\n\n$/.test(text);

function quoted(text: string): string {
  if (!text.isWellFormed())
    throw new RangeError(`${JSON.stringify(text)} holds half a surrogate pair, which is no Unicode text.`);
  return JSON.stringify(text).replaceAll(/[^ -~]/gu, escaped);
}

/** YAML's escape of a character; a pair of surrogates is one character there. */
function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** Made once: given as options, the library would make it again for each value. */
const schema = new Schema({
  schema: 'yaml-1.1',
  resolveKnownTags: false,
  // Also quotes what only YAML 1.2 reads as a number.
  compat: 'core',
  customTags: (tags: Tags): Tags =>
    tags
      // The library would write the text "<<" as a merge key.
      .filter((tag) => typeof tag !== 'object' || tag.tag !== 'tag:yaml.org,2002:merge')
      .map((tag) => (isTextTag(tag) ? safeTexts(tag) : tag)),
});

const options = {
  version: '1.1',
  schema,
  lineWidth: 0,
  keepUndefined: true,
  aliasDuplicateObjects: false,
} as const;
