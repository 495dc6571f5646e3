import type { Program } from '../../model/program.ts';
import type { Fault } from '../findings.ts';
import { dialsOf, type Dial } from '../graph/edges.ts';
import type { Graph } from '../graph/graph.ts';
import { knownContainers, type KnownContainer } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Path, Place } from '../source.ts';

/** What a check looks at. */
export interface Subject {
  readonly graph: Graph;
  readonly programs: readonly Program[];
  /** The containers whose program the contract describes. */
  readonly known: readonly KnownContainer[];
  /** The connections their environments speak of. */
  readonly dials: readonly Dial[];
}

/** One question put to the manifests; empty when the answer is as it should be. */
export type Check = (subject: Subject) => Fault[];

export function subjectOf(graph: Graph, programs: readonly Program[]): Subject {
  const known = knownContainers(graph, programs);
  return { graph, programs, known, dials: dialsOf(graph, known) };
}

/** One fault where a condition holds. */
export const when = (holds: unknown, fault: () => Fault): Fault[] => (holds ? [fault()] : []);

export const inContainer = ({ place }: Container, ...path: Path): Place => ({
  doc: place.doc,
  path: [...place.path, ...path],
});

export const inPod = ({ object, podPath }: Workload, ...path: Path): Place => ({
  doc: object.doc,
  path: [...podPath, ...path],
});

/** `Deployment demo-backend`, as it is called in messages. */
export const called = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `${kind} ${name}`;

/** `container backend of Deployment demo-backend`. */
export const containerCalled = (workload: Workload, container: Container): string =>
  `container ${container.name} of ${called(workload)}`;
