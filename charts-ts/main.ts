import { relative } from 'node:path';
import { StackError } from '../model/define-stack.ts';
import { nextSteps } from './next-steps.ts';
import { synth } from './synth.ts';
import { badInputExitCode, UserError } from './user-error.ts';

/** The program behind `npx cdk8s synth`. */
try {
  const { stack, source, folder } = synth(process.env['MOORING_STACK']);
  // Not standard output: cdk8s keeps that for itself.
  process.stderr.write(nextSteps(stack, source, relative('.', folder)));
} catch (error) {
  if (!(error instanceof UserError || error instanceof StackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = badInputExitCode;
}
