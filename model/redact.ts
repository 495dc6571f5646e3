import { nearest } from './nearest.ts';
import { isSecretName } from './secret-names.ts';
import type { Variable } from './variable.ts';

/** The one redactor: recognises secrets in a text or an object and replaces them. */

/** In place of a value that is secret. */
export const masked = '(secret)';

/** The same inside a sentence that says what was found. */
export const notShown = '(secret, not shown)';

/** In place of the secret part of a text. */
const mask = '***';

/** Masks the passwords of URLs in a text, also those with an `@` or `/` in them. */
export const shownText = (text: string): string => text.replaceAll(/\/\/[^\s"']*@/g, `//${mask}@`);

/** Replaces each of `secrets` in a text by `mask`; absent and empty ones are ignored. */
export function maskSecrets(
  text: string,
  secrets: readonly (string | undefined)[],
  mask: string = masked,
): string {
  return secrets
    .filter((secret) => secret !== undefined)
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, mask), text);
}

/** Redacts texts whose variables are known: configuration files, command lines, sentences about them. */
export interface Redactor {
  /** Whether a name is a secret's, or near one: `DB_PASSWROD` holds a password too. */
  isSecret(name: string): boolean;
  /** A sentence: passwords in its URLs and assignments are masked. */
  sentence(text: string): string;
  /** A configuration file or a command line: settings and flags that take a secret are masked as well. */
  settings(text: string): string;
  /** An argument after others; whole `masked` where one of them is a flag that takes a secret. */
  argument(before: readonly string[], text: string): string;
}

/** `NAME=value`, as a shell has it; references to variables stay. */
const assignments = /(?<![\w.-])([\w.-]+)=(?![$?])[^\s"']+/g;

/**
 * Names of settings that take a secret, bounded so that a long text takes no long time; the second kind only before `:`
 * or `=`, or as a flag.
 */
const strong =
  '[\\w.-]{0,80}(?:requirepass|masterauth|auth-pass|passw|passphrase|secret|token|api[-_]?key|credential)[\\w.-]{0,80}';
const weak = '(?:[\\w.-]{0,80}[_.-])?(?:auth|pwd|pass|authorization|(?:access|private|encryption)[-_]?key)';
/** What follows `:` or `=`: the item of a list, the text of a block, or the scheme of a header. */
const sign = '\\s*[:=]\\s*(?:-\\s+|[|>][+-]?\\s+)?(?:(?:bearer|basic)\\s+)?';
/** References to variables, words that are no secret, and the operators of a shell. */
const harmless =
  '["\']?(?:\\$(?:\\([\\w.-]+\\)|\\{[^}]*\\}|[a-z_]\\w*)|true|false|null|none)(?![^\\s"\',;)}\\]|&])|[?{[]|(?:&&?|\\|\\|?|[;<>]+)(?=\\s|$)';
/** What follows the value of a setting without a sign, unlike a word of a sentence. */
const endOfPhrase = '(?:\\s*(?:$|[\\n"\'|;&<>#)])|\\s+-)';
const quoted = '"(?:[^"\\\\\\n]|\\\\.)*"|\'[^\'\\n]*\'';
/** A quote that is closed is no part of a plain text: `secret "name" not found` is a sentence. */
const quotedOrPlain = `${quoted}|(?!${quoted})["']?[^\\s"']+`;

/**
 * A setting of a file or a flag, as `requirepass x`, `--auth-token x`, `password: x` and `"apiKey": "x"`; the short flag
 * of a client, as `db-cli -a x`; the user of a request, as `-u name:x`; a header's `Bearer x`.
 */
const settings = new RegExp(
  [
    `(?<before>(?<![\\w/.$-]|\\$[{(])(?:-{1,2}(?<flag>${strong})["']?(?:${sign}|\\s+(?!--[a-z]))`,
    `|(?<name>${strong})["']?(?:${sign}|\\s+(?!--[a-z])(?=(?:${quotedOrPlain})${endOfPhrase}))|(?:requirepass|masterauth)\\s+`,
    `|(?:${weak})["']?${sign}|--(?:${weak})(?:${sign}|\\s+(?!--[a-z]))`,
    `|(?:[\\w-]{1,80}-cli\\b[^|;&]{0,200}?\\s-a|cypher-shell\\b[^|;&]{0,200}?\\s-p)\\s+|-u\\s+[^\\s:]+:|Bearer\\s+)|^-a )`,
    `(?!${harmless})(?<value>${quotedOrPlain})`,
  ].join(''),
  'gi',
);

/** Names of what is beside a secret: where it is, how it is called, how long it lives. */
const beside = /(?:file|path|dir|name|ref|type|ttl|seconds|enabled|ur[li]|audiences?|mode)$/i;

const privateKeys = /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:(?=-----END)|$)/g;

/** The mask of a value, in its quotes. */
const maskedAs = (value: string): string => {
  const [quote = ''] = /^["']/.exec(value) ?? [];
  return `${quote}${mask}${quote !== '' && value.endsWith(quote) ? quote : ''}`;
};

/** So many arguments before one may say that it is a secret: `settings` looks no further back. */
const mostBefore = 100;

/** A redactor that takes from `variables` which names are secret and which are not. */
export function redactorFor(variables: Readonly<Record<string, Variable>>): Redactor {
  const names = Object.keys(variables);
  const judge = (name: string): boolean => {
    if (isSecretName(name)) return true;
    if (Object.hasOwn(variables, name)) return variables[name]?.secret === true;
    const meant = nearest(name.toUpperCase(), names);
    return meant !== undefined && isSecretName(meant);
  };
  const judged = new Map<string, boolean>();
  const isSecret = (name: string): boolean => {
    const known = judged.get(name) ?? judge(name);
    judged.set(name, known);
    return known;
  };
  const sentence = (text: string): string =>
    shownText(text).replaceAll(assignments, (whole, name: string) =>
      isSecret(name) && !beside.test(name) ? `${name}=${mask}` : whole,
    );
  const isPlain = (name: string): boolean =>
    beside.test(name) || (Object.hasOwn(variables, name) && variables[name]?.secret !== true);
  const inSettings = (text: string): string =>
    sentence(text)
      .replaceAll(privateKeys, `$1${mask}`)
      .replaceAll(settings, (...match) => {
        const {
          before = '',
          flag,
          name = flag,
          value = '',
        } = match.at(-1) as Partial<Record<string, string>>;
        return name !== undefined && isPlain(name) ? `${before}${value}` : `${before}${maskedAs(value)}`;
      });
  return {
    isSecret,
    sentence,
    settings: inSettings,
    argument: (before, text) => {
      const shown = inSettings(text);
      const line = before.slice(-mostBefore).join(' ');
      return line === '' || inSettings(`${line} ${text}`).endsWith(` ${shown}`) ? shown : masked;
    },
  };
}
