import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { packageRoot } from '../package-root.ts';
import type { InitOptions } from '../commands/init.ts';
import { CommandError } from '../fail.ts';
import { print } from '../output.ts';
import { starterDocument } from '../../contract/starter-document.ts';
import { schemaPath } from './schema-path.ts';
import { starterDocument } from './starter-document.ts';

const schemaFile = join(packageRoot, 'docs/reference/chatstack.schema.json');

/** Writes a document to begin with. @throws CommandError CANNOT_WRITE when one is there; StackError for a bad name. */
export async function initCommand(path: string, options: InitOptions): Promise<void> {
  const { name, namespace, preset, force = false } = options;
  // Refused now, in the words of every other document, rather than by the next command.
  readChatStack({ metadata: { name, namespace }, spec: { preset } }, 'The new document');
  const folder = dirname(resolve(path));
  const schema = schemaPath(folder, packageRoot, schemaFile);
  write(path, starterDocument({ name, namespace, preset, schema: schema.path }), force);
  const copy = schema.isCopy && copySchema(join(folder, schema.path), force);
  const also = copy ? `, and ${schema.path} beside it for your editor: commit both` : '';
  const next = path === 'stack.yaml' ? 'mooring synth' : `mooring synth -f ${path}`;
  await print({ path, name, namespace, preset }, `Wrote ${path}${also}.\nNext: ${next}`, options.output);
}

/** Several documents of one folder share a copy: one that is there is kept unless `force`. @returns whether written. */
function copySchema(path: string, force: boolean): boolean {
  if (existsSync(path) && !force) return false;
  write(path, readFileSync(schemaFile, 'utf8'), force);
  return true;
}

function write(path: string, text: string, force: boolean): void {
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
