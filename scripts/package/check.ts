import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { manifest } from './manifest.ts';

/** What keeps the package from being used: its fields (publint), how its types resolve (attw), and its files. */
export async function checkPackage(folder: string, tarball: string): Promise<string[]> {
  const { messages } = await publint({ pkgDir: folder, strict: true, pack: false });
  const fields = messages.map((message) => formatMessage(message, manifest) ?? message.code);
  // There is no CommonJS: Node 22.19 can require() a module, and older ones are refused.
  const attw = spawnSync('attw', [tarball, '--profile', 'esm-only', '--no-emoji'], { encoding: 'utf8' });
  const types = attw.status === 0 ? [] : [`${attw.stdout}${attw.stderr}`];
  return [
    ...fields,
    ...types,
    ...unportableFiles(folder).map((file) => `${file} runs on some systems only.`),
  ];
}

/** JavaScript, declarations, and what is only read. */
const portable = /\.(js|json|md|txt|ya?ml|d\.ts)$|^(LICENSE|NOTICE)$/;

/** Files that macOS, Windows or another processor might not run: native code, and scripts of a shell. */
export function unportableFiles(folder: string): string[] {
  return globSync('**', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .filter(({ name, parentPath }) => {
      const [first = ''] = readFileSync(join(parentPath, name), 'latin1').split('\n', 1);
      return !portable.test(name) || (first.startsWith('#!') && first !== '#!/usr/bin/env node');
    })
    .map(({ name }) => name);
}
