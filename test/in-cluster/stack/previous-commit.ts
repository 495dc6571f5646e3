import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, run } from '../../servers/process.ts';
import { Unavailable } from '../../servers/unavailable.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/**
 * The sources of the commit before this one, with its own packages where its lock file differs. Rejects with
 * `Unavailable` in a clone that has no history.
 */
export async function previousCommit(): Promise<{ readonly root: string; remove(): Promise<void> }> {
  const parent = await capture('git', ['rev-parse', '--verify', 'HEAD^'], { cwd: ROOT });
  if (parent.code !== 0)
    throw new Unavailable('the previous commit', 'this clone is shallow; `git fetch --unshallow` brings it');
  const root = await mkdtemp(join(tmpdir(), 'mooring-previous-'));
  const archive = join(root, 'sources.tar');
  await run('git', ['archive', `--output=${archive}`, parent.stdout.trim()], { cwd: ROOT });
  await run('tar', ['-xf', archive, '-C', root]);
  const lock = (folder: string) => readFile(join(folder, 'package-lock.json'), 'utf8');
  if ((await lock(root)) === (await lock(ROOT)))
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  else await run('npm', ['ci', '--ignore-scripts'], { cwd: root });
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}
