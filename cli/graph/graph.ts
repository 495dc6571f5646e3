import { graphOf, type StackGraph } from '../../model/graph.ts';
import type { Kinds } from '../../model/kinds.ts';
import { print, type OutputFormat } from '../output.ts';
import { documentOf } from '../source.ts';
import { dot } from './dot.ts';
import { mermaid } from './mermaid.ts';
import { text } from './text.ts';
import type { DocumentOptions } from '../options.ts';

/** Languages a picture of a stack is written in. */
export type GraphFormat = 'mermaid' | 'dot' | 'svg';

export interface GraphOptions extends DocumentOptions {
  readonly output?: OutputFormat | GraphFormat;
}

/** What `mooring graph` does. Throws UserError or StackError. */
export async function graphCommand(kinds: Kinds, { file, output }: GraphOptions): Promise<void> {
  const graph = graphOf(documentOf(kinds, file).stack());
  if (output === 'json' || output === 'yaml') return print(graph, '', output);
  await print(graph, await drawn(graph, output));
}

/** A graph in a format; without one as a table. */
export async function drawn(graph: StackGraph, format: GraphFormat | undefined): Promise<string> {
  switch (format) {
    case 'mermaid':
      return mermaid(graph);
    case 'dot':
      return dot(graph);
    case 'svg':
      // Loaded only here: the layout library is slow to load.
      return (await import('./svg.ts')).svg(graph);
    case undefined:
      return text(graph);
  }
}
