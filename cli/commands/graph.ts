import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withDocument, withExamples, withOutput } from '../options.ts';
import type { GraphOptions } from '../graph/graph.ts';

/** `mooring graph`: a picture of a stack. */
export function addGraph(program: Command, kinds: LoadKinds): void {
  const command = withOutput(withDocument(program.command('graph')), ['mermaid', 'dot', 'svg'])
    .description('draw the services of a stack, their ports, who may dial whom, and what gates readiness')
    .action(async (options: GraphOptions) =>
      (await import('../graph/graph.ts')).graphCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring graph': 'every connection, as a table',
    'npx mooring graph -o mermaid': 'for Markdown on GitHub or GitLab',
    'npx mooring graph -f clinic.yaml -o svg > clinic.svg': 'an image',
    'npx mooring graph -o dot | dot -Tpng > stack.png': 'for Graphviz',
  });
}
