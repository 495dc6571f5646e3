import { relative } from 'node:path';
import { chatKind } from '../contract/chat-kind.ts';
import { StackError } from '../model/define-stack.ts';
import { nextSteps } from './next-steps.ts';
import { findDocument } from './read-document.ts';
import { synth } from './synth.ts';
import { badInputExitCode, UserError } from './user-error.ts';

/** The program behind `npx cdk8s synth`. */
try {
  const found = findDocument([chatKind], process.env['MOORING_STACK']);
  for (const warning of found.warnings) process.stderr.write(`${warning}\n`);
  const { stack, source, folder } = synth(found);
  // Not standard output: cdk8s keeps that for itself.
  process.stderr.write(nextSteps(stack, source, relative('.', folder)));
} catch (error) {
  if (!(error instanceof UserError || error instanceof StackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = badInputExitCode;
}
