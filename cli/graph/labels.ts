import type { GraphEdge, GraphNode, NodeKind, StackGraph } from '../../model/graph.ts';

/** What each picture says of a node: its name, and a line for each of its ports. */
export function linesOf({ name, ports }: GraphNode): string[] {
  return [
    oneLine(name),
    ...ports.map((port) => {
      const dialled = port.servicePort === port.containerPort ? '' : `${port.servicePort} → `;
      return oneLine(`${port.name} ${dialled}${port.containerPort}`);
    }),
  ];
}

/** What each picture says of an edge: the port, and the gate where it starts at a service. */
export function labelOf({ port, number, gate }: GraphEdge): string {
  const where = port === null ? String(number) : `${port} ${number}`;
  return oneLine(gate === null || gate === 'none' ? where : `${where}, ${gate}`);
}

/** Line breaks, control characters and halves of emoji are drawn as spaces: no format may carry them. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD\uFFFE\uFFFF]/gu, ' ');
}

/** Nodes of the namespace, which pictures put into a frame. */
export const isInside = (node: GraphNode): boolean => node.kind === 'service';

export const frameOf = ({ stack, namespace }: StackGraph): string =>
  oneLine(`stack ${stack}, namespace ${namespace}`);

/** Names that no format takes for a word of its own: n0, n1, in the order of the graph. */
export function shortIds({ nodes }: StackGraph): ReadonlyMap<string, string> {
  return new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
}

/** How an edge is drawn: what unreadiness follows from it. */
export type Stroke = 'thick' | 'plain' | 'dashed';

export function strokeOf({ gate }: GraphEdge): Stroke {
  return gate === 'hard' ? 'thick' : gate === 'none' ? 'dashed' : 'plain';
}

/** Round: not of the stack. */
export const isRound = (kind: NodeKind): boolean => !['service', 'external', 'local'].includes(kind);
