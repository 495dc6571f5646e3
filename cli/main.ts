import packageJson from '../package.json' with { type: 'json' };
import { endingOf } from './fail.ts';
import { progress } from './output.ts';
import { createProgram, programName } from './program.ts';

/** The program behind `mooring`. Entered through main.mjs, which checks the Node it runs on. */
try {
  await createProgram(programName(process.argv[1]), packageJson.version).parseAsync();
} catch (error) {
  progress.done();
  const { message, exitCode } = endingOf(error);
  if (message !== '') process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}
