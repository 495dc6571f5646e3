import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { format, resolveConfig } from 'prettier';
import { capture } from '../servers/process.ts';

/** Writes what a benchmark measured, with the commit and the machine it was measured on. */
export async function writeResult(file: string, measured: object): Promise<void> {
  const { stdout: commit } = await capture('git', ['rev-parse', '--short', 'HEAD']);
  const machine = {
    ...{ cpu: cpus()[0]?.model, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
    ...{ node: process.version, load: loadavg() },
  };
  const result = { at: new Date().toISOString(), commit: commit.trim(), machine, ...measured };
  const options = { ...(await resolveConfig(file)), filepath: file };
  await writeFile(file, await format(JSON.stringify(result), options));
}
