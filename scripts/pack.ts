import { statSync, writeFileSync } from 'node:fs';
import { buildPackage, packageFolder } from './package/build.ts';
import { checkPackage } from './package/check.ts';
import { apiReport, apiReportText } from './package/declarations.ts';
import { staleFiles } from './generated.ts';
import { packTarball } from './package/tarball.ts';

/**
 * `npm run pack`: the package as a tarball below build/, and the report of its API. With `--check` it writes no report:
 * it fails when that one is not the latest, or when the package could not be used everywhere.
 */
await buildPackage();
const tarball = packTarball();
const report: Readonly<Record<string, string>> = { [apiReport]: await apiReportText(packageFolder) };
const stale = staleFiles(report);
if (!process.argv.includes('--check')) {
  for (const path of stale) writeFileSync(path, report[path] ?? '');
  console.log(`${tarball}: ${(statSync(tarball).size / 1_000_000).toFixed(2)} MB`);
} else {
  const problems = [
    ...stale.map((path) => `${path} is not the latest. Run "npm run pack" and commit what it writes.`),
    ...(await checkPackage(packageFolder, tarball)),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
