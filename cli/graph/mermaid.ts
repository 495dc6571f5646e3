import type { GraphNode, StackGraph } from '../../model/graph.ts';
import { frameOf, isInside, isRound, labelOf, linesOf, shortIds, strokeOf } from './labels.ts';

const arrows = { thick: '==>', plain: '-->', dashed: '-.->' } as const;

/** A Mermaid flowchart, as GitHub and GitLab draw it in Markdown. Thick: a hard gate; dashed: no gate. */
export function mermaid(graph: StackGraph): string {
  const ids = shortIds(graph);
  const node = ({ id, kind, ...rest }: GraphNode): string => {
    const label = linesOf({ id, kind, ...rest })
      .map(escaped)
      .join('<br/>');
    return `${ids.get(id) ?? ''}${isRound(kind) ? `(["${label}"])` : `["${label}"]`}`;
  };
  const inside = graph.nodes.filter(isInside);
  const outside = graph.nodes.filter((one) => !isInside(one));
  return [
    'flowchart LR',
    ...outside.map((one) => `  ${node(one)}`),
    `  subgraph stack["${escaped(frameOf(graph))}"]`,
    ...inside.map((one) => `    ${node(one)}`),
    '  end',
    ...graph.edges.map((edge) => {
      const [from = '', to = ''] = [ids.get(edge.from), ids.get(edge.to)];
      return `  ${from} ${arrows[strokeOf(edge)]}|"${escaped(labelOf(edge))}"| ${to}`;
    }),
    '',
  ].join('\n');
}

/** Writes all but letters, digits and plain punctuation as Mermaid's entities, such as `#34;`. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N} ,.:/→-]/gu, (one) => `#${one.codePointAt(0) ?? 32};`);
}
