import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { capture } from '../servers/command.ts';

/** One thing changed in one file: `find` stands there exactly once. */
export interface Change {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const skipped = new Set(['node_modules', '.git', 'dist', 'build', '.mooring', 'coverage']);

/** A copy of this repository's sources, in a folder of its own that the caller removes. */
export async function copyOfSources(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-copy-'));
  await cp('.', folder, { recursive: true, filter: (path) => !skipped.has(path) });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Changes a copy. @throws RangeError when the text to change is not there once: then the change must be written anew. */
export async function changeIn(folder: string, { file, find, replace }: Change): Promise<void> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  if (text.split(find).length !== 2) throw new RangeError(`${file} must have "${find}" exactly once.`);
  await writeFile(
    path,
    text.replace(find, () => replace),
  );
}

/** A copy with `broken` in it, which the caller removes. @throws RangeError as `changeIn` does. */
export async function brokenCopy(broken: Change): Promise<string> {
  const folder = await copyOfSources();
  try {
    await changeIn(folder, broken);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

const report = z.object({
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
});

/** How one test of a file ends in the copy. @throws Error when the file could not even be loaded, or lacks the test. */
export async function outcome(folder: string, testFile: string, title: string): Promise<string> {
  const written = join(folder, 'report.json');
  const { stdout, stderr } = await capture(
    process.execPath,
    [
      join(folder, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--reporter=json', `--outputFile=${written}`, testFile],
      ...['--testNamePattern', title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')],
    ],
    // One test of one file; no cluster is to be made for it.
    { cwd: folder, env: { MOORING_TEST_CLUSTER: '' } },
  );
  const words = await readFile(written, 'utf8').catch(() => {
    throw new Error(`${testFile} was not run in the copy:\n${stdout}\n${stderr}`);
  });
  const [file] = report.parse(JSON.parse(words)).testResults;
  const found = file?.assertionResults.find((result) => result.title === title);
  if (!found) throw new Error(`${testFile} has no test "${title}". ${file?.message ?? ''}`);
  return found.status;
}
