import { knownPortHint } from '../../model/known-port.ts';
import { onlyNearest } from '../../model/nearest.ts';
import { field as setField, only } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { firstIndices } from '../first-indices.ts';
import type { Graph } from '../graph/graph.ts';
import { isManagedByMooring } from '../graph/managed-by.ts';
import { placeIn } from '../graph/objects.ts';
import { imageFactsOf } from '../graph/images.ts';
import { oncePer } from '../graph/once-per.ts';
import { saysNumber } from '../graph/said-numbers.ts';
import { listed } from '../listed.ts';
import {
  declaredPorts,
  portsCalled,
  selectedBy,
  targetOf,
  type DeclaredPort,
  type Service,
  type ServicePort,
} from '../graph/ports.ts';
import type { KnownContainer } from '../graph/programs.ts';
import type { Workload } from '../graph/workloads.ts';
import { probesByContainer } from './written-probes.ts';
import { called, inContainer, when, type Check, type Subject } from './subject.ts';

/** A port of a Service, with one workload behind it. */
export interface Lead {
  readonly service: Service;
  readonly port: ServicePort;
  /** Of the port in the Service's list. */
  readonly index: number;
  readonly workload: Workload;
}

/** Every port of every Service with each workload behind it. */
export const leads = ({ graph }: Subject): readonly Lead[] => leadsIn(graph).all;

/** Those to one workload. */
export const leadsTo = ({ graph }: Subject, workload: Workload): readonly Lead[] =>
  leadsIn(graph).byWorkload.get(workload) ?? [];

const leadsIn = oncePer((graph: Graph) => {
  const all = graph
    .ofKind('Service')
    .flatMap((service) =>
      selectedBy(graph, service).flatMap((workload) =>
        service.content.spec.ports.map((port, index): Lead => ({ service, port, index, workload })),
      ),
    );
  return { all, byWorkload: Map.groupBy(all, ({ workload }) => workload) };
});

/** The ports of a Service that clients are configured to dial. */
export const dialledNumbers = oncePer((subject: Subject) =>
  oncePer(
    (service: Service): ReadonlySet<number> =>
      new Set(subject.dialsTo(service).map(({ port }) => Number(port.text))),
  ),
);

/** A Service's port must lead to a port its pods have, by one protocol, and under the same name. */
export const targets: Check = (subject) =>
  leads(subject).flatMap(({ service, port, index, workload }) => {
    const target = targetOf(port, workload);
    const at = (...fields: string[]) => placeIn(service, 'spec', 'ports', index, ...fields);
    if (!target?.declared) return undeclared(subject, { service, port, index, workload });
    const { declared: found } = target;
    const there = inContainer(found.container, 'ports', found.index, 'protocol');
    const namesake = namesakeOf(service, port.name, workload);
    return [
      ...(found.protocol === port.protocol
        ? []
        : [
            {
              code: 'PROTOCOL_MISMATCH' as const,
              // By its number a port is reached whatever is declared; by its name only by that protocol.
              ...(typeof port.targetPort === 'string' ? {} : { severity: 'warning' as const }),
              message: `${called(service)} forwards ${port.protocol} on port ${port.port}, but the port it leads to is declared as ${found.protocol}.`,
              here: at('protocol'),
              there,
              fix: `Write ${found.protocol} at both.`,
            },
          ]),
      ...(namesake && namesake.number !== target.number && !isChosen(service, port, found, namesake)
        ? [
            {
              code: 'PORT_NAME_CROSSED' as const,
              message: `Port "${port.name ?? ''}" of ${called(service)} leads to ${target.number}, while "${namesake.name ?? ''}" of ${called(workload)} is ${namesake.number}.`,
              here: at('targetPort'),
              there: inContainer(namesake.container, 'ports', namesake.index, 'containerPort'),
              fix: `Write targetPort: ${namesake.name ?? namesake.number}.`,
              ...setField(at(), 'targetPort', namesake.name ?? namesake.number),
              hint: knownPortHint(subject.knownPorts, target.number),
            },
          ]
        : []),
    ];
  });

/** Whether the port that is named is of another container, a proxy in front, or no other port of the Service, so that none are crossed. */
const isChosen = (
  service: Service,
  { targetPort }: ServicePort,
  found: DeclaredPort,
  namesake: DeclaredPort,
): boolean =>
  typeof targetPort === 'string' &&
  (found.container !== namesake.container ||
    (!isManagedByMooring(service) && !service.content.spec.ports.some(({ name }) => name === targetPort)));

/** The pods' port of a name. Which of two ports of one name is meant is not known; PORT_TWICE tells of those. */
function namesakeOf(
  service: Service,
  name: string | undefined,
  workload: Workload,
): DeclaredPort | undefined {
  const isNamedOnce = service.content.spec.ports.filter((port) => port.name === name).length === 1;
  return name !== undefined && isNamedOnce ? portsCalled(workload, name)[0] : undefined;
}

/** A number may lead to a port that is not declared, but only where nothing says what the pods listen on. */
function undeclared(subject: Subject, { service, port, index, workload }: Lead): Fault[] {
  const declared = declaredPorts(workload);
  const wanted = port.targetPort ?? port.port;
  const known = subject.knownOf(workload);
  const open = known.flatMap(({ program, opens }) => [
    ...Object.values(opens),
    ...(program.facts.otherPorts ?? []),
  ]);
  if (typeof wanted === 'number' && open.includes(wanted)) return [];
  if (typeof wanted === 'number' && declared.length === 0)
    return unheard({ service, port, index, workload }, known);
  const [first] = declared;
  const named = listed(declared, ({ name, number }) => (name ? `${name} (${number})` : number));
  return [
    {
      code: 'TARGET_PORT_UNKNOWN',
      ...undeclaredSeverity(subject, { service, port, index, workload }),
      message: `Port ${port.port} of ${called(service)} leads to "${wanted}", which the pods of ${called(workload)} do not have; they declare ${named || 'no port'}.`,
      here: placeIn(service, 'spec', 'ports', index, port.targetPort === undefined ? 'port' : 'targetPort'),
      ...(first ? { there: inContainer(first.container, 'ports', first.index, 'containerPort') } : {}),
      fix: first
        ? `Write targetPort: ${first.name ?? first.number}, or declare the port.`
        : 'Declare the port in the container.',
      ...only(meantPorts(workload, port), (right) =>
        setField(placeIn(service, 'spec', 'ports', index), 'targetPort', right.name ?? right.number),
      ),
      hint: typeof wanted === 'number' ? knownPortHint(subject.knownPorts, wanted) : undefined,
    },
  ];
}

/** Of pods that declare no port, where each container says on which ports it listens. */
function unheard({ service, port, index, workload }: Lead, known: readonly KnownContainer[]): Fault[] {
  const { length } = workload.containers.filter(({ init }) => !init);
  const told = known.flatMap(({ program, running, opens }) =>
    Object.keys(opens).map((name) => program.facts.told(running)[name]),
  );
  return when(length > 0 && length === known.length && !told.includes(undefined), () => ({
    code: 'TARGET_PORT_UNKNOWN',
    message: `Port ${port.port} of ${called(service)} leads to ${port.targetPort ?? port.port}, on which ${called(workload)} does not listen: it is told ${listed(told, String)}.`,
    here: placeIn(service, 'spec', 'ports', index, port.targetPort === undefined ? 'port' : 'targetPort'),
    fix: `Write targetPort: ${told.join(' or ')}, or tell the program to listen there.`,
    ...only(told, (right) => setField(placeIn(service, 'spec', 'ports', index), 'targetPort', right ?? 0)),
  }));
}

const namesOf = oncePer((workload: Workload) => declaredPorts(workload).flatMap(({ name }) => name ?? []));

/** The only port of the pods, or those that are called so or almost so. */
function meantPorts(workload: Workload, { name, targetPort }: ServicePort): readonly DeclaredPort[] {
  const declared = declaredPorts(workload);
  if (declared.length < 2) return declared;
  const called = typeof targetPort === 'string' ? targetPort : name;
  const exact = portsCalled(workload, called ?? '');
  if (exact.length > 0) return exact;
  const near = onlyNearest(called ?? '', namesOf(workload));
  return near === undefined ? [] : portsCalled(workload, near);
}

/** A declared port only informs: an unknown program may open others. Without a target it is probably forgotten. */
function undeclaredSeverity(
  subject: Subject,
  { port: { port, targetPort }, workload }: Lead,
): Pick<Fault, 'severity'> {
  if (subject.knownOf(workload).length > 0 || typeof targetPort === 'string') return {};
  const isForgotten = targetPort === undefined && !isSaid(subject, workload, port);
  return { severity: isForgotten ? 'warning' : 'unknown' };
}

/** Whether a container of the pods is told a number, asked it by a probe, or is known to open it. */
const isSaid = (subject: Subject, workload: Workload, number: number): boolean =>
  workload.containers.some(
    (container) =>
      saysNumber(subject.graph, workload, container, number) ||
      probesByContainer(subject)
        .get(container)
        ?.some(({ port }) => port === number) ||
      imageFactsOf(subject.beside.images, workload, container).facts.some(
        ({ speaks = {}, opens = [] }) => Object.hasOwn(speaks, number) || opens.includes(number),
      ),
  );

/** Duplicate ports and names of a Service, and a missing name where it has several ports. */
export const duplicateServicePorts: Check = ({ graph }) =>
  graph.ofKind('Service').flatMap((service) => {
    const { ports } = service.content.spec;
    return (['port', 'name'] as const).flatMap((field) => {
      const keys = ports.map((port) => (field === 'port' ? `${port.port}/${port.protocol}` : port.name));
      const firsts = firstIndices(keys);
      return keys.flatMap((key, index) => {
        const first = firsts.get(key) ?? index;
        if ((field === 'name' && ports.length < 2) || (key !== undefined && first === index)) return [];
        return [
          {
            code: 'PORT_TWICE' as const,
            message:
              key === undefined
                ? `${called(service)} has several ports, and one has no name.`
                : `${called(service)} has ${field} ${key} twice.`,
            here: placeIn(service, 'spec', 'ports', index, field),
            ...(first === index ? {} : { there: placeIn(service, 'spec', 'ports', first, field) }),
            fix: `Give each port a ${field} of its own.`,
          },
        ];
      });
    });
  });

/** A node port belongs to one Service. */
export const duplicateNodePorts: Check = ({ graph }) => {
  const all = graph
    .ofKind('Service')
    .flatMap((service) =>
      service.content.spec.ports.flatMap(({ nodePort, protocol }, index) =>
        nodePort === undefined
          ? []
          : [{ nodePort, protocol, place: placeIn(service, 'spec', 'ports', index, 'nodePort'), service }],
      ),
    );
  const firsts = new Map(all.toReversed().map((one) => [one.nodePort, one]));
  return all.flatMap((one) => {
    const first = firsts.get(one.nodePort);
    // One Service may take a number for both protocols.
    const isOther = first?.service !== one.service || first.protocol === one.protocol;
    return first && first !== one && isOther
      ? [
          {
            code: 'PORT_TWICE' as const,
            message: `${called(one.service)} and ${called(first.service)} both want node port ${one.nodePort}.`,
            here: one.place,
            there: first.place,
            fix: 'Give one of them another.',
          },
        ]
      : [];
  });
};
