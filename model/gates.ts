import { readDocument } from './read-document.ts';
import { reportingServices } from './stack.ts';
import type { StackDocument, StackKind } from './stack-kind.ts';

/** The dependencies that gate the readiness of a service that reports, of a stack of the kind's defaults. */
export function gateNames<D extends StackDocument>(kind: StackKind<D>): string[] {
  const stack = kind.stack(readDocument(kind.schema, {}, 'The defaults'));
  const gated = reportingServices(stack).flatMap(({ edges = [] }) =>
    edges.filter(({ gate }) => gate !== 'none').map(({ to }) => to),
  );
  return [...new Set(gated)];
}

/** A service's name as a word of a condition: `neo4j` is `Neo4j`, `job-queue` is `JobQueue`. */
export const kubernetesWord = (name: string): string =>
  name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
