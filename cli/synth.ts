import type { Kinds } from '../model/kinds.ts';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { generatedSecretKeys } from '../model/environment.ts';
import type { Stack } from '../model/stack.ts';
import type { FoundDocument } from '../charts-ts/read-document.ts';
import { nextSteps } from '../charts-ts/next-steps.ts';
import { readRegularFile } from '../charts-ts/read-file.ts';
import { keptSecrets, secretsIfKept } from '../charts-ts/secrets.ts';
import { manifestsIn, manifestsOf, secretsFile, synth } from '../charts-ts/synth.ts';
import { CommandError } from './errors.ts';
import { note, print, type OutputFormat } from './output.ts';
import { documentOf } from './source.ts';
import type { DocumentOptions, OutputOptions } from './options.ts';
import { mooringOfDocument } from './same-stack.ts';

export interface SynthOptions extends DocumentOptions, OutputOptions {
  readonly check?: true;
  readonly stdout?: true;
}

/**
 * What `mooring synth` does. @throws CommandError DIFFERENT when `--check` finds dist/ stale; UserError, StackError.
 */
export async function synthCommand(kinds: Kinds, options: SynthOptions): Promise<void> {
  const found = documentOf(kinds, options.file);
  if (options.check) return check(found, options.output);
  if (options.stdout) return toStdout(found, options.output);
  const { stack, source, folder, files } = synth(found);
  const { name, namespace } = stack;
  const shown = relative('.', folder);
  await print(
    { name, namespace, source, folder: shown, files },
    nextSteps(stack, source, shown),
    options.output,
  );
}

async function toStdout(found: FoundDocument, format: OutputFormat | undefined): Promise<void> {
  const { stack, files } = manifestsOf(found, keptSecrets);
  if (files.has(secretsFile))
    note(`The Secret of stack "${stack.name}" is among them: keep them out of git.`);
  const stream = [...files.values()].join('---\n');
  if (format !== 'json') return print(undefined, stream);
  const items = parseAllDocuments(stream).map((document) => document.toJS() as unknown);
  await print({ apiVersion: 'v1', kind: 'List', items }, '', format);
}

/** A file of dist/ that differs from what synth would write. */
interface Stale {
  readonly file: string;
  readonly how: 'missing' | 'not the latest' | 'not of this stack any more';
}

async function check(found: FoundDocument, format: OutputFormat | undefined): Promise<void> {
  const { files, usualFolder, source } = manifestsOf(found, (stack) => secretsIfKept(stack) ?? blank(stack));
  const stale = [
    ...[...files].flatMap(([file, text]) => staleness(usualFolder, file, text)),
    ...manifestsIn(usualFolder)
      .filter((file) => !files.has(file))
      .map((file): Stale => ({ file, how: 'not of this stack any more' })),
  ];
  const folder = relative('.', usualFolder);
  const latest = stale.length === 0;
  const lines = stale.map(({ file, how }) => `${join(folder, file)} is ${how}.`);
  await print(
    { latest, folder, source, stale },
    latest ? `${folder}/ is the latest of ${source}.` : '',
    format,
  );
  if (!latest)
    throw new CommandError(
      'DIFFERENT',
      [...lines, `Run "${mooringOfDocument('synth')}" and commit what it writes.`].join('\n'),
    );
}

function staleness(folder: string, file: string, text: string): Stale[] {
  const path = join(folder, file);
  // The Secret's file is never committed, so it may be in another clone only.
  if (!existsSync(path)) return file === secretsFile ? [] : [{ file, how: 'missing' }];
  return readRegularFile(path, 64) === text ? [] : [{ file, how: 'not the latest' }];
}

/** Placeholders for secret values that this clone does not have, so that the rest can be compared. */
function blank(stack: Stack): Record<string, string> {
  return Object.fromEntries(generatedSecretKeys(stack).map(({ key }) => [key, '-']));
}
