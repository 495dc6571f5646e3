import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Keeps what matches a pattern out of git by a `.gitignore` in the folder itself, so that the user's repository needs
 * no entry. A `.gitignore` that is there already stays as it is.
 */
export function ignoreInGit(folder: string, pattern: string): void {
  const path = join(folder, '.gitignore');
  // Not through a link, which may lead to a file of another folder.
  if (!lstatSync(path, { throwIfNoEntry: false }))
    writeFileSync(path, `# It holds secrets.\n${pattern}\n`, { flag: 'wx' });
}
