import type { Gate } from '../../model/stack.ts';
import type { GraphEdge, StackGraph } from '../../model/graph.ts';
import { table } from '../output.ts';
import { frameOf, oneLine } from './labels.ts';

const gates: Readonly<Record<Gate, string>> = {
  hard: 'hard: never ready without it',
  first: 'first: needed once, then degraded without it',
  none: 'none',
};

/** The connections of a stack as a table for people. */
export function text(graph: StackGraph): string {
  const names = new Map(graph.nodes.map(({ id, name }) => [id, oneLine(name)]));
  const rows = graph.edges.map((edge) => [
    names.get(edge.from) ?? '',
    names.get(edge.to) ?? '',
    portOf(edge),
    edge.gate === null ? '' : gates[edge.gate],
    edge.policies.join(', ') || 'no pod of the cluster',
  ]);
  const steps = graph.nodes
    .filter((node) => node.steps.length > 0)
    .map((node) => oneLine(`In the pods of ${node.name} besides: ${node.steps.join(', ')}`));
  const connections = table(['FROM', 'TO', 'PORT', 'GATE', 'POLICIES'], rows);
  return [
    `${frameOf(graph)}; every other connection is denied\n\n${connections}`,
    ...(steps.length > 0 ? [steps.join('\n')] : []),
  ].join('\n\n');
}

function portOf({ port, number }: GraphEdge): string {
  return port === null ? String(number) : oneLine(`${port} ${number}`);
}
