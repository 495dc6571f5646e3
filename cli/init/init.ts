import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { packageRoot } from '../package-root.ts';
import type { InitOptions } from '../commands/init.ts';
import { CommandError } from '../fail.ts';
import { print } from '../output.ts';
import { starterDocument } from './starter-document.ts';

/** Writes a document to begin with. @throws CommandError CANNOT_WRITE when one is there; StackError for a bad name. */
export async function initCommand(path: string, options: InitOptions): Promise<void> {
  const { name, namespace, preset } = options;
  // Refused now, in the words of every other document, rather than by the next command.
  readChatStack({ metadata: { name, namespace }, spec: { preset } }, 'The new document');
  const text = starterDocument({ name, namespace, preset, schema: schemaFor(path) });
  write(path, text, options.force ?? false);
  const next = path === 'stack.yaml' ? 'mooring synth' : `mooring synth -f ${path}`;
  await print({ path, name, namespace, preset }, `Wrote ${path}.\nNext: ${next}`, options.output);
}

/** Relative inside this package's folder, where the document may be committed; else where it is on this machine. */
function schemaFor(path: string): string {
  const schema = resolve(packageRoot, 'docs/reference/chatstack.schema.json');
  const folder = dirname(resolve(path));
  return relative(packageRoot, folder).startsWith('..') ? schema : relative(folder, schema);
}

function write(path: string, text: string, force: boolean): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (force && stat && !stat.isFile())
    throw new CommandError(
      'CANNOT_WRITE',
      `${path} is a folder, a link, a pipe or a device; --force replaces only a file.`,
    );
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    writeFileSync(path, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      'CANNOT_WRITE',
      isThere
        ? `${path} is there already; nothing was written. --force replaces it.`
        : `${path} cannot be written: ${reason}`,
    );
  }
}
