import { dialWord } from '../model/dial-report.ts';
import { errorCodes } from '../model/errors.ts';
import { parsedEnvironment, readConfig } from './config.ts';
import { endOnSignal } from './end-on-signal.ts';
import { ProblemError } from './http/problem.ts';

/**
 * Starts the app from this process' environment; with the argument `dial`, only dials its dependencies and prints what
 * answers. Entered through main.mjs, which checks the version of Node.
 */
if (process.argv[2] === dialWord) await dial();
else await serve();

async function serve(): Promise<void> {
  const { env, warnings } = readConfig();
  try {
    // Loaded only now, so that a bad environment is reported without delay.
    const { startApp } = await import('./start.ts');
    endOnSignal(await startApp(env, { warnings }));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(errorCodes[error.code].exit);
  }
}

async function dial(): Promise<void> {
  const { dialReportOf } = await import('./readiness/dial-report.ts');
  process.stdout.write(`${JSON.stringify(await dialReportOf(parsedEnvironment()))}\n`);
}
