import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** `contract/services/redis.ts:14`, the first line of the contract that says this; undefined where none does. */
export function definedAt(what: RegExp, files = 'contract/**/*.ts'): string | undefined {
  for (const file of globSync(files, { cwd: packageRoot }).sort()) {
    const lines = readFileSync(join(packageRoot, file), 'utf8').split('\n');
    const at = lines.findIndex((line) => what.test(line));
    if (at >= 0) return `${file}:${at + 1}`;
  }
  return undefined;
}
