import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { lock } from 'proper-lockfile';
import rooms from '../rooms.json' with { type: 'json' };
import { buildDeclarations } from './declarations.ts';
import { licencesOf } from './licences.ts';
import { lib, manifest } from './manifest.ts';
import { buildPrograms } from './programs.ts';
import { sbomFile, sbomOf } from './sbom.ts';

/** The package as it is packed: its root folder. */
export const packageFolder = 'build/package';

/** Of what it was built, beside it. */
const builtFrom = 'build/package.sha256';

/** What is in the package as it is here. The command line finds the last three from its package's root. */
const copied: Readonly<Record<string, string>> = {
  LICENSE: 'LICENSE',
  NOTICE: 'NOTICE',
  'CHANGELOG.md': 'CHANGELOG.md',
  'docs/package.md': 'README.md',
  'proof/schemas/kubernetes.json': `${lib}/kubernetes.json`,
  'proof/examples': 'proof/examples',
  'docs/reference/chatstack.schema.json': 'docs/reference/chatstack.schema.json',
};

/** Builds the package, unless it was built of the same files. Several processes may ask for it. */
export async function buildPackage(): Promise<void> {
  mkdirSync(packageFolder, { recursive: true });
  const release = await lock(builtFrom, { realpath: false, retries: { forever: true, maxTimeout: 1_000 } });
  try {
    await buildUnlessThere();
  } finally {
    await release();
  }
}

async function buildUnlessThere(): Promise<void> {
  const digest = digestOfSources();
  if (existsSync(builtFrom) && readFileSync(builtFrom, 'utf8') === digest) return;
  const draft = `${packageFolder}.${process.pid}`;
  const [inputs] = await Promise.all([buildPrograms(draft), buildDeclarations(draft)]);
  for (const [from, to] of Object.entries(copied)) cpSync(from, `${draft}/${to}`, { recursive: true });
  writeFileSync(`${draft}/THIRD-PARTY-LICENSES.txt`, licencesOf(inputs));
  writeFileSync(`${draft}/${sbomFile}`, sbomOf(inputs));
  writeFileSync(`${draft}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  for (const old of [builtFrom, packageFolder]) rmSync(old, { recursive: true, force: true });
  renameSync(draft, packageFolder);
  writeFileSync(builtFrom, digest);
}

/** Of every file that the package may be built of: the rooms, and what is at the root. */
function digestOfSources(): string {
  const folders = Object.keys(rooms).join(',');
  const files = globSync([`{${folders}}/**`, '*.*', ...Object.keys(copied)], { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
