import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withCluster, withExamples, type ClusterOptions } from '../options.ts';

/** `mooring diff`: what an apply would change. */
export function addDiff(program: Command, kinds: LoadKinds): void {
  const command = withCluster(program.command('diff'))
    .description('show field by field what an apply would change; exit 1 when it would change anything')
    .action(async (options: ClusterOptions) =>
      (await import('../apply/diff.ts')).diffCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring diff': './stack.yaml, else the defaults, against the current context',
    'npx mooring diff -f clinic.yaml -o json': 'as data, for another program',
  });
}
