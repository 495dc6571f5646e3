import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildPackage, packageFolder } from './package/build.ts';
import { changesOf } from './package/changes.ts';
import { manifest } from './package/manifest.ts';
import { sbomFile } from './package/sbom.ts';
import { packTarball } from './package/tarball.ts';

/**
 * `npm run release`: what a release consists of, in build/release/: the tarball, its SBOM, what changed, and the SHA-256 of
 * each. It publishes nothing.
 */
const folder = 'build/release';
const called = `${manifest.name}-${manifest.version}`;

await buildPackage();
const tarball = packTarball();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
copyFileSync(tarball, join(folder, basename(tarball)));
copyFileSync(join(packageFolder, sbomFile), join(folder, `${called}.cdx.json`));
const changes = changesOf(readFileSync('CHANGELOG.md', 'utf8'), manifest.version);
writeFileSync(join(folder, `${called}.md`), changes);

const files = [basename(tarball), `${called}.cdx.json`, `${called}.md`];
// As `sha256sum --check` reads them.
const sums = files.map((file) => `${sha256(join(folder, file))}  ${file}\n`).join('');
writeFileSync(join(folder, 'SHA256SUMS'), sums);
process.stdout.write(sums);

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
