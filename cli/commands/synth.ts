import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withDocument, withExamples, withOutput } from '../options.ts';
import type { SynthOptions } from '../synth.ts';

/** `mooring synth`: the manifests of a document, for `kubectl apply -f dist/` and GitOps. */
export function addSynth(program: Command, kinds: LoadKinds): void {
  const command = withOutput(withDocument(program.command('synth')))
    .description('write the manifests of a stack to dist/')
    .option('--stdout', 'write them to standard output, as one stream of YAML or one JSON list')
    .option('--check', 'write nothing; exit 1 when dist/ is not the latest')
    .action(async (options: SynthOptions) =>
      (await import('../synth.ts')).synthCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring synth': 'dist/ from ./stack.yaml, else from the defaults',
    'npx mooring synth -f clinic.yaml --stdout': 'to look at, or to pipe',
    'npx mooring synth --check': 'in CI: fails where dist/ is not what the document renders to',
  });
}
