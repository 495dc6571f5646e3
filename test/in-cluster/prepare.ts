import { Unavailable } from '../servers/unavailable.ts';
import { prepareCluster } from '../lab/prepare-cluster.ts';

/**
 * Runs before the tests of this project, without their time limits: cold, programs and images take many minutes.
 * What cannot be had here is said by the tests that need it, which skip.
 */
export default async function setup(): Promise<void> {
  // Standard output may be a report's, `--reporter=json`.
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    await prepareCluster(say);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    say(error.message);
  }
}
