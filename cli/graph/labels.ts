import type { GraphEdge, GraphNode, NodeKind, StackGraph } from '../../model/graph.ts';

/** The label of a node: its name, and a line for each of its steps and ports. */
export function linesOf({ kind, name, ports, steps }: GraphNode): string[] {
  return [
    oneLine(kind === 'job' ? `Job ${name}` : name),
    ...steps.map(oneLine),
    ...ports.map((port) => {
      const dialled = port.servicePort === port.containerPort ? '' : `${port.servicePort} → `;
      return oneLine(`${port.name} ${dialled}${port.containerPort}`);
    }),
  ];
}

/** The label of an edge: the port, and the gate where it starts at a service. */
export function labelOf({ port, number, gate }: GraphEdge): string {
  const where = port === null ? String(number) : `${port} ${number}`;
  return oneLine(gate === null || gate === 'none' ? where : `${where}, ${gate}`);
}

/** Replaces line breaks, control characters and lone surrogates by spaces: no format can carry them. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD\uFFFE\uFFFF]/gu, ' ');
}

/** Nodes of the namespace, drawn inside a frame. */
export const isInside = ({ kind }: GraphNode): boolean => kind === 'service' || kind === 'job';

export const frameOf = ({ stack, namespace }: StackGraph): string =>
  oneLine(`stack ${stack}, namespace ${namespace}`);

/** Ids that are no keyword of any format: n0, n1, in the order of the graph. */
export function shortIds({ nodes }: StackGraph): ReadonlyMap<string, string> {
  return new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
}

/** The stroke of an edge, by its gate. */
export type Stroke = 'thick' | 'plain' | 'dashed';

export function strokeOf({ gate }: GraphEdge): Stroke {
  return gate === 'hard' ? 'thick' : gate === 'none' ? 'dashed' : 'plain';
}

/** Round: not of the stack. */
export const isRound = (kind: NodeKind): boolean => !['service', 'job', 'external', 'local'].includes(kind);
