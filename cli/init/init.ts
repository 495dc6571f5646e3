import { documented, type Kinds } from '../../model/kinds.ts';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { jsonSchemaOf } from '../../model/document-fields.ts';
import { readDocument } from '../../model/read-document.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { packageRoot } from '../package-root.ts';
import { print } from '../output.ts';
import { schemaPath } from './schema-path.ts';
import { write } from './write.ts';
import type { OutputOptions } from '../options.ts';
import { mooring } from '../called-as.ts';
import { commandLine } from '../shell.ts';

export interface InitOptions extends OutputOptions {
  readonly name?: string;
  readonly namespace?: string;
  readonly preset?: string;
  readonly kind?: string;
  readonly force?: true;
  readonly config?: true;
  /** A compose file. */
  readonly from?: string;
}

/** Writes a document to begin with. @throws CommandError CANNOT_WRITE when one is there; StackError for a bad name. */
export async function initCommand(kinds: Kinds, path: string, options: InitOptions): Promise<void> {
  const known = documented(kinds);
  const kind = known.find((one) => one.kind === options.kind) ?? known[0];
  const usual = readDocument(kind.schema, {}, 'The defaults').metadata;
  const { name = usual.name, namespace = usual.namespace, force = false } = options;
  const preset = options.preset ?? kind.presets[0] ?? '';
  const spec = kind.presets.length > 0 ? { preset } : {};
  // Refused now, in the words of every other document, rather than by the next command.
  readDocument(kind.schema, { kind: kind.kind, metadata: { name, namespace }, spec }, 'The new document');
  const folder = dirname(resolve(path));
  const file = schemaFileOf(kind);
  const schema = existsSync(file)
    ? schemaPath(folder, packageRoot, file)
    : { path: basename(file), isCopy: true };
  write(path, kind.starter({ name, namespace, preset, schema: schema.path }), force);
  const copy = schema.isCopy && writeSchema(kind, join(folder, schema.path), force);
  const also = copy ? `, and ${schema.path} beside it for your editor: commit both` : '';
  const next = mooring(path === 'stack.yaml' ? 'synth' : commandLine('synth', '-f', path));
  await print({ path, name, namespace, preset }, `Wrote ${path}${also}.\nNext: ${next}`, options.output);
}

/** Where this package has the schema of its own kinds. */
const schemaFileOf = ({ kind }: StackKind): string =>
  join(packageRoot, `docs/reference/${kind.toLowerCase()}.schema.json`);

/** Several documents of one folder share a copy: one that is there is kept unless `force`. @returns whether written. */
function writeSchema(kind: StackKind, path: string, force: boolean): boolean {
  if (existsSync(path) && !force) return false;
  const packaged = schemaFileOf(kind);
  const text = existsSync(packaged)
    ? readFileSync(packaged, 'utf8')
    : `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`;
  write(path, text, force);
  return true;
}
