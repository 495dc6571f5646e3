import type { Command } from 'commander';
import { withExamples, withOutput, type OutputOptions } from '../options.ts';

/** `mooring verify`: the proof that rendered manifests agree with themselves and with what their programs read. */
export function addVerify(program: Command): void {
  const command = withOutput(program.command('verify'))
    .description('prove that rendered manifests contradict nothing: ours, Helm’s, or edited by hand')
    .argument('[files...]', 'files, folders, or - for standard input (default: dist/)')
    .action(async (files: string[], options: OutputOptions) =>
      (await import('../verify/verify.ts')).verifyCommand(files, options),
    );
  withExamples(command, {
    'mooring verify': 'what mooring synth wrote; exit 1 when anything contradicts anything',
    'helm template qdrant qdrant/qdrant | mooring verify -': "another tool's output",
    'mooring verify -o json deploy/ extra.yaml': 'in CI, for a program to read',
  });
}
