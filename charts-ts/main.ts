import { chmodSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { App } from 'cdk8s';
import { chatStack } from '../contract/chat-stack.ts';
import { StackError } from '../contract/define-stack.ts';
import { addStackCharts, chartIds } from './charts/stack-charts.ts';
import { nextSteps } from './next-steps.ts';
import { findDocument } from './read-document.ts';
import { keptSecrets } from './secrets.ts';
import { badInputExitCode, UserError } from './user-error.ts';

/** The program behind `npx cdk8s synth`: the document in, one file for each chart out. */
function main(): void {
  const { document, source } = findDocument(process.env['MOORING_STACK']);
  const stack = chatStack(document);
  // dist/, or where `cdk8s synth --output` says.
  const app = new App();
  addStackCharts(app, stack, { secretValues: keptSecrets(stack) });
  app.synth();
  const secrets = join(app.outdir, `${chartIds.secrets}${app.outputFileExtension}`);
  if (existsSync(secrets)) chmodSync(secrets, 0o600);
  // Not standard output: cdk8s keeps that for itself.
  process.stderr.write(nextSteps(stack, source, relative('.', app.outdir)));
}

try {
  main();
} catch (error) {
  if (!(error instanceof UserError || error instanceof StackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = badInputExitCode;
}
