import type { TestContext } from 'vitest';
import { Unavailable } from './unavailable.ts';

/** Skips the calling test, with the reason, where `work` rejects with `Unavailable`. */
export async function orSkip(context: TestContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    context.skip(error.message);
  }
}
