import { Option, type Command } from 'commander';
import { asCalled } from './called-as.ts';
import type { OutputFormat } from './output.ts';

/** Options that mean the same in every command that has them. */

export interface OutputOptions {
  readonly output?: OutputFormat;
}

export interface DocumentOptions {
  /** The document's path; absent: MOORING_STACK, else ./stack.yaml, else the defaults. */
  readonly file?: string;
}

export interface ClusterOptions extends DocumentOptions, OutputOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
}

export interface ChangeOptions extends ClusterOptions {
  readonly dryRun?: true;
  readonly yes?: true;
}

/** `-o json|yaml`, or another format of the command; without it the result is text for people. */
export function withOutput(command: Command, others: readonly string[] = []): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'write the result as data').choices(['json', 'yaml', ...others]),
  );
}

/** `-f stack.yaml`. */
export function withDocument(command: Command): Command {
  return command.option(
    '-f, --file <path>',
    'the document, - for standard input (default: MOORING_STACK, else ./stack.yaml, else the defaults)',
  );
}

/** For a command that reads a cluster. */
export function withCluster(command: Command): Command {
  return withTarget(withDocument(command));
}

/** For a command that reads a cluster, and no document. */
export function withTarget(command: Command): Command {
  return withKubeconfig(withOutput(command));
}

/** Which cluster. */
export function withKubeconfig(command: Command): Command {
  return command
    .option('--context <name>', "kubeconfig context (default: the kubeconfig's current one)")
    .option('--kubeconfig <path>', 'kubeconfig file (default: KUBECONFIG, else ~/.kube/config)');
}

/** For a command that changes a cluster. */
export function withChanges(command: Command): Command {
  return withConfirmation(withCluster(command));
}

/** For a command that changes what it reads. */
export function withConfirmation(command: Command): Command {
  return command
    .option('--dry-run', 'ask the API server what would happen; change nothing')
    .option('-y, --yes', 'do not ask for confirmation; needed outside kind without a terminal');
}

/** Command lines, as the docs have them, and a sentence about each. */
export type Examples = Readonly<Record<string, string>>;

/** Examples under a command's `--help`: command lines after a sentence each. */
export function withExamples(command: Command, examples: Examples): Command {
  const lines = Object.entries(examples).map(([line, saying]) => `  # ${saying}\n  ${line}`);
  return command.addHelpText('after', () => asCalled(`\nExamples:\n${lines.join('\n')}`));
}
