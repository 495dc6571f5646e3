import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root folder of this package, seen from this file or its bundle. */
export const packageRoot = rootAbove(import.meta.dirname);

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) || dirname(folder) === folder
    ? folder
    : rootAbove(dirname(folder));
}
