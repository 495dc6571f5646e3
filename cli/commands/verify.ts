import type { Command } from 'commander';
import { withExamples, withOutput, type OutputOptions } from '../options.ts';

/** `mooring verify`: checks that rendered manifests agree with each other and with what their programs read. */
export function addVerify(program: Command): void {
  const command = withOutput(program.command('verify'))
    .description('check rendered manifests for contradictions: Mooring’s, Helm’s, or edited by hand')
    .argument('[files...]', 'files, folders, or - for standard input (default: dist/)')
    .action(async (files: string[], options: OutputOptions) => {
      const [{ verifyCommand }, { chatKind }] = await Promise.all([
        import('../verify/verify.ts'),
        import('../../contract/chat-kind.ts'),
      ]);
      await verifyCommand(files, options, [chatKind]);
    });
  withExamples(command, {
    'mooring verify': 'what mooring synth wrote; exit 1 when there are findings',
    'helm template qdrant qdrant/qdrant | mooring verify -': "another tool's output",
    'mooring verify -o json deploy/ extra.yaml': 'in CI, for a program to read',
  });
}
