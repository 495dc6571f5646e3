import { existsSync } from 'node:fs';
import type { Kinds } from '../../model/kinds.ts';
import { notShown, redactorFor } from '../../model/redact.ts';
import type { Service, Stack } from '../../model/stack.ts';
import { CommandError } from '../errors.ts';
import { write } from '../init/write.ts';
import { readNamedFile } from '../named-file.ts';
import type { DocumentOptions, OutputOptions } from '../options.ts';
import { print, type OutputFormat } from '../output.ts';
import { mooringOfDocument } from '../same-stack.ts';
import { commandLine } from '../shell.ts';
import { documentOf } from '../source.ts';
import { serviceNamed } from '../subject.ts';
import { replaceFile } from '../verify/replace-file.ts';
import { differencesOf, type Difference } from './differences.ts';
import { languages, type Language } from './languages.ts';
import { isGenerated, textOf, type Part } from './part.ts';

export interface EnvOptions extends DocumentOptions, OutputOptions {
  /** Compare this file, and write nothing. */
  readonly check?: string;
  /** Write to this file. */
  readonly out?: string;
}

/** What is written, and for whom. */
interface Written {
  readonly language: Language;
  readonly service: Service;
  readonly parts: readonly Part[];
}

/**
 * What `mooring env` does. @throws CommandError DIFFERENT when `--check` finds a file that is not the latest; USAGE where
 * several services could be meant; UserError, StackError.
 */
export async function envCommand(
  kinds: Kinds,
  language: Language,
  name: string | undefined,
  { file, check, out, output }: EnvOptions,
): Promise<void> {
  const service = serviceMeant(documentOf(kinds, file).stack(), language, name);
  const written = { language, service, parts: languages[language](service) };
  if (check !== undefined) return compare(check, written, output);
  const text = textOf(written.parts);
  const about = { language, service: service.name };
  if (out === undefined) return print({ ...about, text }, text, output);
  save(out, text, language);
  await print({ ...about, file: out }, `Wrote ${out}.`, output);
}

/** The service that was named; without a name the only one that reads variables. */
function serviceMeant(stack: Stack, language: Language, name: string | undefined): Service {
  const reading = stack.services.filter(({ variables = {} }) => Object.keys(variables).length > 0);
  const names = reading.map((service) => service.name).join(', ');
  if (name === undefined) {
    const [only, ...others] = reading;
    if (only && others.length === 0) return only;
    throw new CommandError(
      'USAGE',
      only
        ? `Several services of stack "${stack.name}" read variables: ${names}. Name one, as in "${mooringOfDocument(`env ${language} ${only.name}`)}".`
        : `No service of stack "${stack.name}" reads a variable; give one \`variables\`.`,
    );
  }
  const service = serviceNamed(stack, stack.services, name);
  if (reading.includes(service)) return service;
  throw new CommandError(
    'NO_SUCH_NAME',
    `Service "${name}" of stack "${stack.name}" reads no variables; those that do are ${names || 'none'}.`,
  );
}

async function compare(
  file: string,
  { language, service, parts }: Written,
  format: OutputFormat | undefined,
): Promise<void> {
  const text = textIn(file);
  const found = text === undefined ? [] : differencesOf(text, parts);
  const latest = text !== undefined && found.length === 0;
  const differences = found.map(({ variables, line }) => ({ variables, line }));
  await print({ latest, file, differences }, latest ? `${file} is the latest.` : '', format);
  if (latest) return;
  const what =
    text === undefined
      ? `${file} is missing.`
      : `${file} is not what the variables of ${service.name} are written as:`;
  const mend = mooringOfDocument(`env ${commandLine(language, service.name, '--out', file)}`);
  throw new CommandError(
    'DIFFERENT',
    [
      what,
      ...found.slice(0, most).map((one) => shown(one, service)),
      ...(found.length > most ? [`  … and ${found.length - most} more`] : []),
      `Run "${mend}" and commit what it writes; what is meant otherwise belongs in the stack's own source.`,
    ].join('\n'),
  );
}

/** So many differences are shown. */
const most = 20;

/** A difference as a diff has it, under the names of its variables. A secret may have been written into its line. */
function shown({ variables, line, has, expected }: Difference, service: Service): string {
  const { variables: known = {} } = service;
  const redactor = redactorFor(known);
  const isSecret = variables.some((name) => known[name]?.secret);
  const words = has.map((text) => (isSecret ? notShown : redactor.sentence(text.trim())));
  return [
    `  ${variables.length > 0 ? `${variables.join(', ')}, ` : ''}line ${line}:`,
    ...words.map((text) => `    - ${text}`),
    ...expected.map((text) => `    + ${text.trim()}`),
  ].join('\n');
}

/** The text of a file; undefined where there is none. @throws CommandError NO_SUCH_FILE where it cannot be read. */
function textIn(path: string): string | undefined {
  return existsSync(path) ? readNamedFile(path) : undefined;
}

/** Writes a file, in the place of one that this command wrote. */
function save(path: string, text: string, language: Language): void {
  const before = textIn(path);
  if (before === undefined) return write(path, text, false);
  if (!isGenerated(before) || (language === 'dotenv' && setsAny(before)))
    throw new CommandError(
      'CANNOT_WRITE',
      `${path} is there already, and not as this command wrote it; nothing was written. Choose another path, or remove it.`,
    );
  try {
    replaceFile(path, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError('CANNOT_WRITE', `${path} cannot be written: ${reason}.`);
  }
}

/** Whether an env file has values of somebody's own. */
const setsAny = (text: string): boolean => /^\s*[^\s#]/m.test(text);
