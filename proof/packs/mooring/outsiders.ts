import { fromOutsider, roleLabel } from '../../../model/names.ts';
import { outsiders, type Outsider } from '../../../model/stack.ts';
import type { Graph } from '../../graph/graph.ts';
import { isManagedByMooring } from '../../graph/managed-by.ts';
import { policiesFor, type Connection, type Party } from '../../graph/policies.ts';
import { declaredPorts } from '../../graph/ports.ts';

/** Whether the name of a stack's policy says that a port is open to whom a connection comes from. */
export function isDeclaredOutsider(graph: Graph, { from, to, port }: Connection): boolean {
  if (!to.workload) return false;
  const ports = declaredPorts(to.workload).filter(({ number }) => number === port);
  const names = policiesFor(graph.ofKind('NetworkPolicy'), to, 'Ingress')
    .filter(isManagedByMooring)
    .map((policy) => policy.name);
  return outsiders.some(
    (outsider) =>
      isOutsider(from, outsider, to) &&
      ports.some(({ name = '' }) =>
        names.some((policy) => policy.endsWith(`-${fromOutsider(name, outsider)}`)),
      ),
  );
}

/** The world is everyone; an operator for one namespace is told by its pods' labels there. */
const isOutsider = ({ workload, namespace, labels = {} }: Party, outsider: Outsider, to: Party): boolean =>
  outsider === 'world' ||
  namespace?.labels[roleLabel] === outsider ||
  (outsider === 'operator' &&
    workload === undefined &&
    namespace?.name === to.namespace?.name &&
    Object.keys(labels).length > 0);
