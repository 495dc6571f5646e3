import type { ProgramPack } from '../../model/pack.ts';
import type { Fault } from '../findings.ts';
import type { Dial } from '../graph/dial.ts';
import { webPorts } from '../graph/addresses.ts';
import { waiting } from '../graph/clients.ts';
import { dialsOf } from '../graph/edges.ts';
import type { KnownPrograms } from '../graph/images.ts';
import type { Graph } from '../graph/graph.ts';
import { resolveHost } from '../graph/hosts.ts';
import type { Service } from '../graph/ports.ts';
import { knownContainers, type KnownContainer } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Path, Place } from '../source.ts';

/** What a check looks at. */
export interface Subject extends Knowledge {
  readonly graph: Graph;
  /** The containers whose program is known. */
  readonly known: readonly KnownContainer[];
  /** What is known of images and commands of other programs. */
  readonly beside: KnownPrograms;
  /** The known program of a container. */
  readonly knownIn: (container: Container) => KnownContainer | undefined;
  /** The containers of a workload whose program is known. */
  readonly knownOf: (workload: Workload) => readonly KnownContainer[];
  /** The connections the manifests configure. */
  readonly dials: readonly Dial[];
  /** Those that lead to a Service by its name. */
  readonly dialsTo: (service: Service) => readonly Dial[];
}

/** One check of the manifests; empty when nothing is wrong. */
export type Check = (subject: Subject) => Fault[];

/** What is known of one kind of stack, one program, or one project's own conventions. */
export interface Pack extends ProgramPack {
  readonly checks?: readonly Check[];
}

/** What the checks look at, computed once. */
export function subjectOf(graph: Graph, knowledge: Knowledge, packs: readonly Pack[] = []): Subject {
  const known = knownContainers(graph, knowledge.programs);
  const beside = knownPrograms(packs);
  const byContainer = new Map(known.map((one) => [one.container, one]));
  const knownIn: Subject['knownIn'] = (container) => byContainer.get(container);
  const byWorkload = Map.groupBy(known, ({ workload }) => workload);
  const dials = dialsOf(graph, knownIn, beside);
  const byService = Map.groupBy(dials, ({ workload, host }) => {
    const found = resolveHost(graph, workload.namespace, host.text);
    return found.kind === 'service' ? found.service : undefined;
  });
  return {
    ...knowledge,
    graph,
    known,
    beside,
    knownIn,
    knownOf: (workload) => byWorkload.get(workload) ?? [],
    dials,
    dialsTo: (service) => byService.get(service) ?? [],
  };
}

function knownPrograms(packs: readonly Pack[]): KnownPrograms {
  const schemes = packs.flatMap((pack) => Object.entries(pack.schemes ?? {}));
  const ports = schemes.flatMap(([scheme, { port }]) => (port === undefined ? [] : [[scheme, port]]));
  return {
    images: packs.flatMap(({ images = [] }) => images),
    servers: packs.flatMap(({ servers = [] }) => servers),
    clients: [...waiting, ...packs.flatMap(({ clients = [] }) => clients)],
    schemes: Object.fromEntries(schemes.map(([scheme, { speaks }]) => [scheme, speaks])),
    tls: Object.fromEntries(
      schemes.flatMap(([scheme, { tls }]) => (tls === undefined ? [] : [[scheme, tls]])),
    ),
    usual: { ...webPorts, ...(Object.fromEntries(ports) as Record<string, number>) },
  };
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

/** `Deployment demo-web`, as it is called in messages. */
export const called = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `${kind} ${name}`;

/** `container web of Deployment demo-web`. */
export const containerCalled = (workload: Workload, container: Container): string =>
  `container ${container.name} of ${called(workload)}`;
