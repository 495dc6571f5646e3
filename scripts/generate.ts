import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { latestFiles, staleFiles } from './generated.ts';
import { kubernetesSchemaFile, kubernetesSchemaText } from './kubernetes-schemas.ts';

/**
 * Writes every generated file; with `--check` writes nothing and fails when one is not the latest. With `kubernetes` it
 * writes Kubernetes' schema instead, for which it asks the Go module proxy.
 */
const check = process.argv.includes('--check');
const latest = process.argv.includes('kubernetes')
  ? { [kubernetesSchemaFile]: kubernetesSchemaText() }
  : await latestFiles();
const stale = staleFiles(latest);

for (const path of check ? [] : stale) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, latest[path] ?? '');
  console.log(`wrote ${path}`);
}

if (check && stale.length > 0) {
  console.error(`Not the latest: ${stale.join(', ')}. Run "npm run generate" and commit what it writes.`);
  process.exitCode = 1;
}
