import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { buildPackage } from '../../scripts/package/build.ts';
import { packTarball } from '../../scripts/package/tarball.ts';
import { capture } from '../servers/command.ts';
import { serverFolder } from '../servers/folder.ts';

const root = resolve(import.meta.dirname, '../..');

/**
 * Runs commands in a shell, as who has only the package does: `MOORING_CALLED_AS` is the clone's, and nothing is asked of
 * a registry. @returns what it printed. @throws Error when a command fails.
 */
export async function shellIn(
  cwd: string,
  script: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await capture('env', ['-u', 'MOORING_CALLED_AS', 'sh', '-ec', script], {
    cwd,
    env: {
      ...{ npm_config_offline: 'true', npm_config_ignore_scripts: 'true', npm_config_fund: 'false' },
      ...{ npm_config_audit: 'false', npm_config_update_notifier: 'false', MOORING_STACK: '', ...env },
    },
  });
  if (code === 0) return stdout + stderr;
  throw new Error(`${script}\nended with ${code ?? 'a signal'} in ${cwd}:\n${stdout}${stderr}`);
}

/** Puts the tarball into a folder, as a user does, and what it needs of a registry: zod, from this clone. */
export async function furnish(folder: string, tarball: string): Promise<void> {
  await copyFile(tarball, join(folder, basename(tarball)));
  await shellIn(folder, `npm install --silent "$(npm pack --silent '${root}/node_modules/zod')"`);
}

/** A copy of an example outside the clone, with the tarball beside it, not installed yet. */
export async function copiedExample(
  example: string,
): Promise<{ readonly folder: string; readonly stop: () => Promise<void> }> {
  const packed = await serverFolder('package');
  const folder = await mkdtemp(join(tmpdir(), `mooring-${example}-`));
  try {
    await buildPackage();
    await cp(join(root, 'examples', example), folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }));
    await furnish(folder, packTarball(packed.path));
  } finally {
    await packed.dispose();
  }
  return { folder, stop: () => rm(folder, { recursive: true, force: true }) };
}
