import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackKind } from '../../model/stack-kind.ts';
import { packageRoot } from '../package-root.ts';

/**
 * `contract/stores.ts:14`, the first line of a built-in kind's source that says this; null where none does, and
 * for a kind whose source is elsewhere.
 */
export function definedAt({ sourceFolder }: StackKind, what: RegExp, files = '**/*.ts'): string | null {
  if (sourceFolder === undefined) return null;
  for (const file of globSync(`${sourceFolder}/${files}`, { cwd: packageRoot }).sort()) {
    const lines = readFileSync(join(packageRoot, file), 'utf8').split('\n');
    const at = lines.findIndex((line) => what.test(line));
    if (at >= 0) return `${file}:${at + 1}`;
  }
  return null;
}
