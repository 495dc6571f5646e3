import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withExamples, withKubeconfig, withOutput } from '../options.ts';
import type { VerifyOptions } from '../verify/verify.ts';

/** `mooring verify`: checks that rendered manifests agree with each other and with what their programs read. */
export function addVerify(program: Command, kinds: LoadKinds): void {
  const command = withKubeconfig(withOutput(program.command('verify'), ['github', 'junit', 'sarif']))
    .description('check rendered manifests for contradictions: Mooring’s, Helm’s, or edited by hand')
    .argument('[files...]', 'files, folders, or - for standard input (default: dist/)')
    .option('--fix', 'print a diff of what mends findings without a decision; nothing is changed')
    .option('--write', 'with --fix: write it into the files; of standard input, print the whole text')
    .option(
      '--ignore <code>',
      'leave out findings of CODE, or of CODE@Kind/name in one object; may be repeated',
      (code: string, before?: readonly string[]) => [...(before ?? []), code],
    )
    .option('--kubernetes <version>', 'hold objects against the schema of this release, such as 1.33')
    .option('--live', 'check the objects of a namespace of a cluster instead of files')
    .option('-n, --namespace <name>', "with --live: the namespace (default: the context's, else default)")
    .option('--policies', 'list who may reach what beyond the declared edges of stacks, and by which policy')
    .option('--strict', 'end with 1 on warnings too; with --policies: on any row')
    .option('--show-unknown', 'list what depends on objects that are not among the manifests')
    .action(async (files: string[], options: VerifyOptions) =>
      (await import('../verify/verify.ts')).verifyCommand(await kinds(), files, options),
    );
  withExamples(command, {
    'npx mooring verify': 'what npx mooring synth wrote; exit 1 on errors',
    'helm template my-release my-chart | npx mooring verify -': "another tool's output",
    'npx mooring verify --fix --write deploy/': 'mend what can be mended by one certain change',
    'npx mooring verify -o json deploy/ extra.yaml': 'in CI, for a program to read',
    'npx mooring verify --policies': 'what the policies allow that no connection of the stack needs',
    'npx mooring verify --live -n shop': 'what is in a namespace now; nothing is changed',
  });
}
