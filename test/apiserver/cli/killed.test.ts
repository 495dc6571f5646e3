import { expect, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { killAndRepeat, killedAt } from './killed-at.ts';
import { startLab } from './mooring.ts';

const lab = forSuite(() => startLab());

/**
 * Each of the first writes, which make the namespace, the Lease, the history and the Secret; then every fourth. All of
 * them are in the nightly part kill-at-write.
 */
const moments = [1, 2, 3, 4, 5, ...Array.from({ length: 8 }, (_, at) => 6 + 4 * at)];
/** More writes than an apply makes. */
const never = 100;

test.each(moments)('an apply killed at its write %i and run again ends in the same state', async (write) => {
  expect(await killAndRepeat(lab(), write), 'it was killed').toBe(true);
});

test('an apply that is killed at no write ends well, so it is the kill that is seen above', async () => {
  expect(await killedAt(lab(), never, await lab().document('living'))).toMatchObject({ code: 0 });
});
