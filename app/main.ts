import { errorCodes } from '../contract/errors.ts';
import { readConfig } from './config.ts';
import { endOnSignal } from './end-on-signal.ts';
import { ProblemError } from './problem.ts';
import { startApp } from './start.ts';

/** The image's entry. From source: `node --import ./scripts/require-node.mjs app/main.ts`. */
const { env, warnings } = readConfig();

try {
  endOnSignal(await startApp(env, { warnings }));
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(errorCodes[error.code].exit);
}
