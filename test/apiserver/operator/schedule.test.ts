import { expect, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { runSchedule } from './schedule.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);
const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

// `npm run nightly -- operator-schedule` runs 200 of them.
// Side by side: each mostly waits for its own faults to pass.
test.concurrent.each(seeds)(
  'seed %i: whatever others do and whatever fails, the stack ends as its document says',
  async (seed) => {
    expect((await runSchedule(lab(), seed)).actions).toBeGreaterThan(7);
  },
);
