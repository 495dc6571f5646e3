import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readRegularFile } from '../../charts-ts/read-file.ts';
import type { Kinds } from '../../model/kinds.ts';
import { UserError } from '../../charts-ts/user-error.ts';
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
  readonly findings: readonly Finding[];
}

/**
 * Prints the findings in manifests. The process ends with 1 when there are any.
 * @param named files, folders or `-`; empty: `dist/`.
 * @param kinds whose programs and ports are known.
 * @throws CommandError NO_SUCH_FILE; UserError when a file is no YAML or holds nothing.
 */
export async function verifyCommand(
  kinds: Kinds,
  named: readonly string[],
  { output }: OutputOptions,
): Promise<void> {
  const docs = await documentsOf(named.length > 0 ? named : [usual()]);
  if (docs.length === 0)
    throw new UserError(`There is no object in ${named.join(', ') || usualFolder}; name rendered manifests.`);
  const verdict: Verdict = { objects: docs.length, findings: verify(docs, knowledgeOf(kinds), builtInPacks) };
  await print(verdict, forPeople(verdict), output);
  if (verdict.findings.length > 0) process.exitCode = 1;
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

function forPeople({ objects, findings }: Verdict): string {
  const count = `${objects} object${objects === 1 ? '' : 's'}`;
  if (findings.length === 0) return `${count}: no findings.`;
  const summary = `${count}, ${findings.length} finding${findings.length === 1 ? '' : 's'}.`;
  return [...findings.map(findingText), summary].join('\n\n');
}
