import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Debian keeps daemons in sbin, which is not on everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/bin', '/usr/sbin'];

/** The path of the first of `names` that can be run: an absolute one as it is, others looked up on PATH. */
export function findProgram(...names: string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  const candidates = names.flatMap((name) =>
    isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name)),
  );
  return candidates.find(canRun);
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Whether system packages can be installed here without sudo. */
export function mayInstallPackages(): boolean {
  return isRoot() && findProgram('apt-get') !== undefined && /^ID=debian$/m.test(osRelease());
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
