import { expect, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { startWithChatStacks } from './lab.ts';
import { runSchedule } from './schedule.ts';

const lab = forSuite(startWithChatStacks);
const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

// `npm run nightly -- operator-schedule` runs 200 of them.
test.each(seeds)(
  'seed %i: whatever others do and whatever fails, the stack ends as its document says',
  async (seed) => {
    expect((await runSchedule(lab(), seed)).actions).toBeGreaterThan(7);
  },
);
