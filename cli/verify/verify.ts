import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readRegularFile } from '../../charts-ts/read-file.ts';
import { UserError } from '../../charts-ts/user-error.ts';
import { findingText, type Finding } from '../../proof/findings.ts';
import { readDocuments, UnreadableError, type Doc } from '../../proof/source.ts';
import { verify } from '../../proof/verify.ts';
import { CommandError } from '../fail.ts';
import type { OutputOptions } from '../options.ts';
import { print } from '../output.ts';

/** Where `mooring synth` writes. */
const usualFolder = 'dist';

/** In mebibytes: thousands of objects. */
const largestFile = 64;

/** What a file may be called to be read from a folder, as kubectl takes them. */
const manifestName = /\.(ya?ml|json)$/;

/** What `-o json` and `-o yaml` write. */
interface Verdict {
  readonly objects: number;
  readonly findings: readonly Finding[];
}

/**
 * Prints what manifests contradict themselves in. The process ends with 1 when anything does.
 * @throws CommandError NO_SUCH_FILE; UserError when a file is no YAML or holds nothing.
 */
export async function verifyCommand(named: readonly string[], { output }: OutputOptions): Promise<void> {
  const docs = await documentsOf(named.length > 0 ? named : [usual()]);
  if (docs.length === 0)
    throw new UserError(`There is no object in ${named.join(', ') || usualFolder}; name rendered manifests.`);
  const verdict: Verdict = { objects: docs.length, findings: verify(docs) };
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

/** A folder's own manifests, not those of folders in it, in the order in which kubectl applies them. */
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
  if (findings.length === 0) return `${count}: nothing contradicts anything.`;
  const summary = `${count}, ${findings.length} finding${findings.length === 1 ? '' : 's'}.`;
  return [...findings.map(findingText), summary].join('\n\n');
}
