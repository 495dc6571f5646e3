import type { StackGraph } from '../../model/graph.ts';
import { frameOf, isInside, isRound, labelOf, linesOf, shortIds, strokeOf } from './labels.ts';

const styles = { thick: 'bold', plain: 'solid', dashed: 'dashed' } as const;

/** A Graphviz digraph: `mooring graph -o dot | dot -Tpng`. Bold: a hard gate; dashed: no gate. */
export function dot(graph: StackGraph): string {
  const ids = shortIds(graph);
  const nodes = (inside: boolean, indent: string): string[] =>
    graph.nodes
      .filter((node) => isInside(node) === inside)
      .map((node) => {
        const label = linesOf(node).map(escaped).join('\\n');
        return `${indent}${ids.get(node.id) ?? ''} [label="${label}", shape=${isRound(node.kind) ? 'oval' : 'box'}];`;
      });
  return [
    'digraph stack {',
    '  rankdir=LR;',
    ...nodes(false, '  '),
    '  subgraph cluster_stack {',
    `    label="${escaped(frameOf(graph))}";`,
    ...nodes(true, '    '),
    '  }',
    ...graph.edges.map((edge) => {
      const [from = '', to = ''] = [ids.get(edge.from), ids.get(edge.to)];
      return `  ${from} -> ${to} [label="${escaped(labelOf(edge))}", style=${styles[strokeOf(edge)]}];`;
    }),
    '}',
    '',
  ].join('\n');
}

/** Escapes quotes and backslashes: in DOT `\N` is the node's name. */
function escaped(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replaceAll('&', '&amp;');
}
