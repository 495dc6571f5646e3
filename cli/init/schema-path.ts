import { basename, join, relative, sep } from 'node:path';

/** Where an editor finds the JSON schema of a new document. */
export interface SchemaPath {
  /** From the document's folder to the schema; never absolute, so that it holds in every clone. */
  readonly path: string;
  /** Whether the schema has to be copied to that path first. */
  readonly isCopy: boolean;
}

/**
 * In the project that holds `schema`, the path from `folder` to it. Elsewhere a copy beside the document: a path to
 * this machine's Mooring would be wrong in every other clone.
 * @param folder absolute, where the document will be.
 * @param root absolute, of the package that holds `schema`.
 * @param schema absolute.
 */
export function schemaPath(folder: string, root: string, schema: string): SchemaPath {
  const isInside = `${folder}${sep}`.startsWith(`${projectOf(root)}${sep}`);
  return isInside
    ? { path: relative(folder, schema), isCopy: false }
    : { path: basename(schema), isCopy: true };
}

/** The folder that is committed as one: where `npm ci` installed the package, else the package itself. */
function projectOf(root: string): string {
  const modules = join(sep, 'node_modules', sep);
  return root.includes(modules) ? root.slice(0, root.indexOf(modules)) : root;
}
