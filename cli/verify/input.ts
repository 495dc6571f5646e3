import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularBytes, readStream, TooLargeError } from '../../charts-ts/read-file.ts';
import { UserError } from '../../charts-ts/user-error.ts';
import type { Source } from '../../proof/fixes.ts';
import { readDocuments, UnreadableError, utf8Of, type Doc } from '../../proof/source.ts';
import { listed } from '../../proof/listed.ts';
import { CommandError } from '../errors.ts';
import { note } from '../output.ts';
import { isNamedAsPatch } from './patches.ts';
import { mooringOfDocument } from '../same-stack.ts';

/** Where `mooring synth` writes. */
export const usualFolder = 'dist';

/** What the text of `-` is called. */
export const standardInput = '(standard input)';

/** Of all files together; enough for thousands of objects, and read within a gigabyte of memory whatever is in it. */
export const mostMebibytes = 32;
const mostParts = 1_000_000;

/** The files kubectl reads from a folder. */
const manifestName = /\.(ya?ml|json)$/;

interface Input {
  /** As messages call it. */
  readonly file: string;
  readonly bytes: Buffer;
}

/**
 * The texts of files, of folders without their subfolders, and of `-`.
 * @param named empty: `dist/`.
 * @throws CommandError NO_SUCH_FILE; UserError when a file is no text, or too much.
 */
export async function sourcesOf(named: readonly string[]): Promise<Source[]> {
  const inputs: Input[] = [];
  for (const name of (named.length > 0 ? named : [usual()]).flatMap(filesOf)) {
    inputs.push(await inputOf(name));
    refuseTooMuch(inputs);
  }
  return orUserError(() => inputs.map(({ file, bytes }) => ({ file, text: utf8Of(file, bytes) })));
}

/** The objects of texts, without patches, which are told once. @throws UserError when one is no YAML. */
export function documentsOf(sources: readonly Source[]): Doc[] {
  const patches = new Set<string>();
  const kustomizations = new Map<string, ReadonlySet<string>>();
  const docs = orUserError(() =>
    sources.flatMap(({ file, text }) => {
      const leaveOut = (): unknown => patches.add(file);
      if (file === standardInput || !isNamedAsPatch(file, kustomizations))
        return readDocuments(file, text, leaveOut);
      leaveOut();
      return [];
    }),
  );
  if (patches.size > 0)
    note(
      `Left out, since a patch is no object: ${listed([...patches])}. Verify what kubectl kustomize renders.`,
    );
  return docs;
}

function orUserError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnreadableError ? new UserError(error.message, { cause: error }) : error;
  }
}

function usual(): string {
  if (existsSync(usualFolder)) return usualFolder;
  throw new CommandError(
    'NO_SUCH_FILE',
    `There is no ${usualFolder}/ here; run "${mooringOfDocument('synth')}" first, or name files, folders or -.`,
  );
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
  return readdirSync(name, { withFileTypes: true })
    .filter((entry) => manifestName.test(entry.name) && !entry.isDirectory())
    .map((entry) => join(name, entry.name))
    .sort();
}

async function inputOf(name: string): Promise<Input> {
  const file = name === '-' ? standardInput : name;
  try {
    const bytes =
      name === '-' ? await readStream(process.stdin, mostMebibytes) : readRegularBytes(name, mostMebibytes);
    return { file, bytes };
  } catch (error) {
    if (error instanceof TooLargeError)
      throw new UserError(`${file} is larger than ${mostMebibytes} MiB; verify parts of it.`, {
        cause: error,
      });
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError('NO_SUCH_FILE', `${file} cannot be read: ${reason}`);
  }
}

function refuseTooMuch(inputs: readonly Input[]): void {
  const sum = (of: (input: Input) => number): number => inputs.reduce((total, input) => total + of(input), 0);
  const all = inputs.length === 1 ? (inputs[0]?.file ?? '') : 'What you named, all together,';
  const bytes = sum((input) => input.bytes.length);
  if (bytes > mostMebibytes * 1_048_576)
    throw new UserError(`${all} is larger than ${mostMebibytes} MiB; verify parts of it.`);
  if (bytes > mostParts && sum(({ bytes: each }) => partsIn(each)) > mostParts)
    throw new UserError(`${all} has more than ${mostParts} lines and list items; verify parts of it.`);
}

/** About how many values a text of YAML has, which decides how much memory it takes. */
function partsIn(bytes: Buffer): number {
  let parts = 0;
  for (const byte of bytes) parts += separators[byte] ?? 0;
  return parts;
}

/** Of each byte: whether it ends or begins a value. */
const separators = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number('\n,[{'.includes(String.fromCharCode(byte))),
);
