import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, run } from '../../servers/process.ts';
import { Unavailable } from '../../servers/unavailable.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A checkout of other sources of this repository. */
export interface Checkout {
  readonly root: string;
  remove(): Promise<void>;
}

/**
 * The sources of the commit before this one, with its own packages where its lock file differs. Rejects with
 * `Unavailable` in a clone that has no history.
 */
export async function previousCommit(): Promise<Checkout> {
  const parent = await capture('git', ['rev-parse', '--verify', 'HEAD^'], { cwd: ROOT });
  if (parent.code !== 0)
    throw new Unavailable('the previous commit', 'this clone is shallow; `git fetch --unshallow` brings it');
  return checkout(parent.stdout.trim());
}

/**
 * The sources of the latest release before this commit that has an operator. Rejects with `Unavailable` where no tag
 * such as v0.1.0 is one.
 */
export async function previousRelease(): Promise<Checkout> {
  const list = ['tag', '--list', 'v[0-9]*', '--merged', 'HEAD^', '--sort=-version:refname'];
  const tags = (await capture('git', list, { cwd: ROOT })).stdout.split('\n').filter(Boolean);
  for (const tag of tags) {
    const hasOperator = await capture('git', ['cat-file', '-e', `${tag}:operator/Dockerfile`], { cwd: ROOT });
    if (hasOperator.code === 0) return checkout(tag);
  }
  throw new Unavailable('an operator of a previous release', 'no tag before this commit has one');
}

async function checkout(commit: string): Promise<Checkout> {
  const root = await mkdtemp(join(tmpdir(), 'mooring-previous-'));
  const archive = join(root, 'sources.tar');
  await run('git', ['archive', `--output=${archive}`, commit], { cwd: ROOT });
  await run('tar', ['-xf', archive, '-C', root]);
  await rm(archive);
  const lock = (folder: string) => readFile(join(folder, 'package-lock.json'), 'utf8');
  if ((await lock(root)) === (await lock(ROOT)))
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  else await run('npm', ['ci', '--ignore-scripts'], { cwd: root });
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}
