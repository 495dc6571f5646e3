import { readFileSync } from 'node:fs';

/** What the package.json of a package says. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The folders of the packages that `files` are of. */
export function packageFoldersOf(files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

export const packageJsonIn = (folder: string): PackageJson =>
  JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as PackageJson;
