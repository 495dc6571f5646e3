import { Option, type Command } from 'commander';

export interface VerifyOptions {
  readonly output?: 'json' | 'yaml';
}

/** `mooring verify`: the proof that rendered manifests agree with themselves and with what their programs read. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('prove that rendered manifests contradict nothing: ours, Helm’s, or edited by hand')
    .argument('[files...]', 'files, folders, or - for standard input (default: dist/)')
    .addOption(new Option('-o, --output <format>', 'write the result as data').choices(['json', 'yaml']))
    .addHelpText(
      'after',
      `\nExit codes: 0 nothing found, 1 findings, 65 unreadable input.\n\nExamples:\n${examples}`,
    )
    .action(async (files: string[], options: VerifyOptions) =>
      (await import('../verify/verify.ts')).verifyCommand(files, options),
    );
}

const examples = `  # what mooring synth wrote
  mooring verify
  # another tool's output
  helm template qdrant qdrant/qdrant | mooring verify -
  # in CI, for a program to read
  mooring verify -o json deploy/ extra.yaml`;
