import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Keeps what matches a pattern out of git, from inside its folder: nobody has to know of it in a repository that is not
 * ours. One's own `.gitignore` there stays as it is.
 */
export function ignoreInGit(folder: string, pattern: string): void {
  const path = join(folder, '.gitignore');
  // Not through a link, which may lead to a file of another folder.
  if (!lstatSync(path, { throwIfNoEntry: false }))
    writeFileSync(path, `# It holds secrets.\n${pattern}\n`, { flag: 'wx' });
}
