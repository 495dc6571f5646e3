import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageFolder } from './build.ts';

/** Packs the built package with npm. @returns the tarball's path. */
export function packTarball(destination = 'build'): string {
  const printed = execFileSync(
    'npm',
    ['pack', `./${packageFolder}`, '--pack-destination', destination, '--silent', '--ignore-scripts'],
    { encoding: 'utf8' },
  );
  return join(destination, printed.trim());
}
