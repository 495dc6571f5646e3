import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { latestFiles } from './generated.ts';

/** Writes every generated file; with `--check` writes nothing and fails when one is not the latest. */
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const [path, latest] of Object.entries(await latestFiles())) {
  if (existsSync(path) && readFileSync(path, 'utf8') === latest) continue;
  stale.push(path);
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, latest);
  console.log(`wrote ${path}`);
}

if (check && stale.length > 0) {
  console.error(`Not the latest: ${stale.join(', ')}. Run "npm run generate" and commit what it writes.`);
  process.exitCode = 1;
}
