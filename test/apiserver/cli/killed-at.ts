import assert from 'node:assert/strict';
import { join } from 'node:path';
import { applied, type Ended, type Lab } from './mooring.ts';

const killer = join(import.meta.dirname, 'kill-at-write.mjs');

/** Applies a document with a program that is killed instead of its nth write to the cluster. */
export const killedAt = (lab: Lab, write: number, file: string): Promise<Ended> =>
  lab.mooring(applied(file), { env: { NODE_OPTIONS: `--import=${killer}`, KILL_AT_WRITE: String(write) } });

/**
 * Kills an apply of a new stack at one of its writes, where it makes as many, applies again, and holds the end against
 * that of an apply that was not killed.
 * @returns whether it was killed: it is not where it makes fewer writes.
 */
export async function killAndRepeat(lab: Lab, write: number): Promise<boolean> {
  const name = `killed-${write}`;
  const file = await lab.document(name);
  const first = await killedAt(lab, write, file);
  const again = await lab.mooring(applied(file));
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(await lab.mooring(['diff', '-f', file]), { code: 0, stdout: '', stderr: '' });
  const history: unknown = JSON.parse((await lab.mooring(['history', '-f', file, '-o', 'json'])).stdout);
  assert.partialDeepStrictEqual(history, { revisions: [{ revision: 1, outcome: 'applied' }] });
  const secrets = await lab.kubectl(['-n', name, 'get', 'secrets', '-o', 'name']);
  assert.equal(secrets, `secret/${name}-secrets`);
  return first.code === null;
}
