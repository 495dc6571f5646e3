import { readDocument } from './read-document.ts';
import { apiGroup } from './names.ts';
import { reportingServices, type Service, type Stack } from './stack.ts';
import type { StackDocument, StackKind } from './stack-kind.ts';

/** The dependencies that gate the readiness of a service that reports, of a stack of the kind's defaults. */
export function gateNames<D extends StackDocument>(kind: StackKind<D>): string[] {
  return [...new Set(reportingServices(defaultStack(kind)).flatMap(gatesOfService))];
}

/** The stack of a kind's defaults. */
export const defaultStack = <D extends StackDocument>(kind: StackKind<D>): Stack =>
  kind.stack(readDocument(kind.schema, {}, 'The defaults'));

/** The dependencies that gate the readiness of a service. */
export const gatesOfService = ({ edges = [] }: Pick<Service, 'edges'>): string[] => [
  ...new Set(edges.filter(({ gate }) => gate !== 'none').map(({ to }) => to)),
];

const ready = { prefix: `${apiGroup}/`, suffix: '-ready' };

/** The condition of a pod that its dependency on a service is met. */
export const readyCondition = (dependency: string): string => `${ready.prefix}${dependency}${ready.suffix}`;

/** The dependency that a pod's condition is about; `undefined` for a condition of another kind. */
export const dependencyOfCondition = (condition: string): string | undefined =>
  condition.startsWith(ready.prefix) && condition.endsWith(ready.suffix)
    ? condition.slice(ready.prefix.length, -ready.suffix.length)
    : undefined;

/** The condition of a pod that its process reports the digest of the configuration it was rendered with. */
export const verifiedCondition = `${apiGroup}/config-verified`;

/** The readiness gates of a reporting service's pods, which only an operator sets. */
export const readinessGatesOf = (service: Pick<Service, 'edges'>): string[] => [
  ...gatesOfService(service).map(readyCondition),
  verifiedCondition,
];

/** A service's name as a word of a condition: `neo4j` is `Neo4j`, `job-queue` is `JobQueue`. */
export const kubernetesWord = (name: string): string =>
  name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
