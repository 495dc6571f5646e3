import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { applied, startLab } from './mooring.ts';

const lab = forSuite(startLab);

/** Each of the first writes, which make the namespace, the Lease, the history and the Secret; then every fourth. */
const moments = [1, 2, 3, 4, 5, ...Array.from({ length: 8 }, (_, at) => 6 + 4 * at)];
/** More writes than an apply makes. */
const never = 100;

const killer = join(import.meta.dirname, 'kill-at-write.mjs');
const killedAt = (write: number, file: string) =>
  lab().mooring(applied(file), { env: { NODE_OPTIONS: `--import=${killer}`, KILL_AT_WRITE: String(write) } });

const revisions = async (file: string): Promise<unknown> =>
  JSON.parse((await lab().mooring(['history', '-f', file, '-o', 'json'])).stdout);

test.each(moments)('an apply killed at its write %i and run again ends in the same state', async (write) => {
  const name = `killed-${write}`;
  const file = await lab().document(name);
  expect((await killedAt(write, file)).code, 'it was killed').toBeNull();
  const again = await lab().mooring(applied(file));
  expect(again, again.stderr).toMatchObject({ code: 0 });
  expect(await lab().mooring(['diff', '-f', file])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await revisions(file)).toMatchObject({ revisions: [{ revision: 1, outcome: 'applied' }] });
  expect(await lab().kubectl(['-n', name, 'get', 'secrets', '-o', 'name'])).toBe(`secret/${name}-secrets`);
});

test('an apply that is killed at no write ends well, so it is the kill that is seen above', async () => {
  expect(await killedAt(never, await lab().document('living'))).toMatchObject({ code: 0 });
});
