import { errorCodes } from '../contract/errors.ts';
import { readConfig } from './config.ts';
import { endOnSignal } from './end-on-signal.ts';
import { ProblemError } from './problem.ts';

/** Starts the app from this process' environment. Entered through main.mjs, which checks the Node it runs on. */
const { env, warnings } = readConfig();

try {
  // Loaded only now: a bad environment is said at once.
  const { startApp } = await import('./start.ts');
  endOnSignal(await startApp(env, { warnings }));
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(errorCodes[error.code].exit);
}
