import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { run } from '../../servers/command.ts';
import type { Files } from '../frozen.ts';

const root = resolve(import.meta.dirname, '../../..');
const listed = z.array(z.looseObject({ name: z.string() }));

/**
 * The full name of every test of every project, sorted, as it stands in the sources: vitest parses them and runs
 * nothing. A parametrised test has one name, `%s is refused`; what is computed in a name is not compared.
 */
export async function observeTestNames(): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-freeze-names-'));
  const out = join(folder, 'tests.json');
  try {
    await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'list', `--json=${out}`], {
      cwd: root,
      env: { MOORING_TEST_CLUSTER: '1' },
    });
    const names = listed.parse(JSON.parse(await readFile(out, 'utf8'))).map(({ name }) => plainName(name));
    return { 'names.txt': `${names.sort().join('\n')}\n` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const plainName = (name: string): string => name.replaceAll(/\$\{[^}]*\}/g, '${…}').replaceAll('\n', ' ');

/** The frozen names that no test has now; a name that several tests have must be there as often. */
export function vanished(frozen: string, now: string): string[] {
  const left = now.split('\n');
  return frozen.split('\n').filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
