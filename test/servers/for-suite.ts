import { afterAll, beforeAll, beforeEach } from 'vitest';
import { Unavailable } from './unavailable.ts';

/**
 * Starts a real server before the tests of the calling file or `describe`, stops it after them, and answers how to
 * reach it from within a test. Where `start` rejects with `Unavailable` every test is skipped with that reason.
 */
export function forSuite<T extends { stop(): Promise<void> }>(start: () => Promise<T>): () => T {
  let server: T | undefined;
  let missing: Unavailable | undefined;
  beforeAll(async () => {
    try {
      server = await start();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      missing = error;
    }
  });
  beforeEach((context) => {
    if (missing !== undefined) context.skip(missing.message);
  });
  afterAll(async () => server?.stop());
  return () => {
    if (server === undefined) throw new Error('A server made by forSuite is there only while a test runs.');
    return server;
  };
}
