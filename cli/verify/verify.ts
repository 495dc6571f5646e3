import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readRegularFile } from '../../charts-ts/read-file.ts';
import type { Kinds } from '../../model/kinds.ts';
import { UserError } from '../../charts-ts/user-error.ts';
import type { Severity } from '../../proof/codes.ts';
import { findingText, type Finding } from '../../proof/findings.ts';
import { readDocuments, UnreadableError, type Doc } from '../../proof/source.ts';
import { knowledgeOf } from '../../proof/knowledge.ts';
import { builtInPacks } from '../../proof/packs/built-in.ts';
import { verify } from '../../proof/verify.ts';
import { CommandError } from '../errors.ts';
import type { OutputOptions } from '../options.ts';
import { print } from '../output.ts';

/** Where `mooring synth` writes. */
const usualFolder = 'dist';

/** In mebibytes; enough for thousands of objects. */
const largestFile = 64;

/** The files kubectl reads from a folder. */
const manifestName = /\.(ya?ml|json)$/;

/** What `-o json` and `-o yaml` write. */
interface Verdict {
  readonly objects: number;
  readonly errors: number;
  readonly warnings: number;
  readonly unknowns: number;
  readonly findings: readonly Finding[];
}

export interface VerifyOptions extends OutputOptions {
  /** End with 1 on warnings too. */
  readonly strict?: boolean;
  /** List for people what depends on things that are not among the manifests. */
  readonly showUnknown?: boolean;
}

/**
 * Prints the findings in manifests. The process ends with 1 when one is an error, or, if strict, a warning.
 * @param named files, folders or `-`; empty: `dist/`.
 * @param kinds whose programs and ports are known.
 * @throws CommandError NO_SUCH_FILE; UserError when a file is no YAML or holds nothing.
 */
export async function verifyCommand(
  kinds: Kinds,
  named: readonly string[],
  options: VerifyOptions,
): Promise<void> {
  const docs = await documentsOf(named.length > 0 ? named : [usual()]);
  if (docs.length === 0)
    throw new UserError(`There is no object in ${named.join(', ') || usualFolder}; name rendered manifests.`);
  const verdict = verdictOf(docs.length, verify(docs, knowledgeOf(kinds), builtInPacks));
  await print(verdict, forPeople(verdict, options), options.output);
  if (verdict.errors > 0 || (options.strict && verdict.warnings > 0)) process.exitCode = 1;
}

function verdictOf(objects: number, findings: readonly Finding[]): Verdict {
  const count = (severity: Severity): number => findings.filter((one) => one.severity === severity).length;
  return {
    objects,
    errors: count('error'),
    warnings: count('warning'),
    unknowns: count('unknown'),
    findings,
  };
}

function usual(): string {
  if (existsSync(usualFolder)) return usualFolder;
  throw new CommandError(
    'NO_SUCH_FILE',
    `There is no ${usualFolder}/ here; run mooring synth first, or name files, folders or -.`,
  );
}

async function documentsOf(named: readonly string[]): Promise<Doc[]> {
  const sources = await Promise.all(
    named
      .flatMap(filesOf)
      .map(async (file) => ({ file: file === '-' ? '(standard input)' : file, content: await textOf(file) })),
  );
  try {
    return sources.flatMap(({ file, content }) => readDocuments(file, content));
  } catch (error) {
    throw error instanceof UnreadableError ? new UserError(error.message, { cause: error }) : error;
  }
}

/** The manifests of a folder without its subfolders, in the order in which kubectl applies them. */
function filesOf(name: string): string[] {
  if (name === '-') return [name];
  if (!existsSync(name))
    throw new CommandError(
      'NO_SUCH_FILE',
      `There is no ${name}; name rendered manifests, a folder of them, or -.`,
    );
  if (!statSync(name).isDirectory()) return [name];
  return readdirSync(name)
    .filter((file) => manifestName.test(file))
    .sort()
    .map((file) => join(name, file));
}

async function textOf(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : readRegularFile(file, largestFile);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError('NO_SUCH_FILE', `${file} cannot be read: ${reason}`);
  }
}

function forPeople({ findings, ...verdict }: Verdict, { showUnknown = false }: VerifyOptions): string {
  const shown = findings.filter(({ severity }) => showUnknown || severity !== 'unknown');
  return [...shown.map(findingText), summaryOf(verdict, showUnknown)].join('\n\n');
}

function summaryOf(
  { objects, errors, warnings, unknowns }: Omit<Verdict, 'findings'>,
  showsAll: boolean,
): string {
  const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  const told = [
    ...(errors > 0 ? [many(errors, 'error')] : []),
    ...(warnings > 0 ? [many(warnings, 'warning')] : []),
  ];
  const found =
    told.length > 0
      ? `${many(objects, 'object')}, ${told.join(', ')}.`
      : `${many(objects, 'object')}: no findings.`;
  if (unknowns === 0) return found;
  return `${found} ${many(unknowns, 'thing')} cannot be known from these manifests${showsAll ? '' : ' (--show-unknown lists them)'}.`;
}
