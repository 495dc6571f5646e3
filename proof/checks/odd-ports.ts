import { distance } from 'fastest-levenshtein';
import { knownPort, knownPortHint } from '../../model/known-port.ts';
import { setting } from '../changes.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import { oncePer } from '../graph/once-per.ts';
import { isManagedByMooring } from '../graph/managed-by.ts';
import { targetOf, type Service, type ServicePort } from '../graph/ports.ts';
import type { Workload } from '../graph/workloads.ts';
import { routedTo } from './routed.ts';
import { dialledNumbers, leads, leadsTo, type Lead } from './services.ts';
import { called, when, type Check, type Subject } from './subject.ts';

/** Whether a client or a route names the number of a Service's port. */
const isDialled = (subject: Subject, service: Service, { port }: ServicePort): boolean =>
  dialledNumbers(subject)(service).has(port) || routedNumbers(subject.graph)(service).has(port);

const routedNumbers = oncePer((graph: Graph) =>
  oncePer(
    (service: Service): ReadonlySet<number | string | undefined> =>
      new Set(routedTo(graph, service).map(({ port }) => port)),
  ),
);

/** One digit off, or a port that is usually one product's. */
function looksWrong({ knownPorts }: Subject, number: number, right: number): boolean {
  const [text, expected] = [String(number), String(right)];
  const usual = knownPort(knownPorts, number);
  if (usual) return !usual.shared;
  return distance(text, expected) === 1 && text.length === expected.length;
}

/**
 * A Service port that differs from the pods' port, is dialled by no client and no route, and looks like a typo:
 * only callers outside the manifests would notice.
 */
export const oddPorts: Check = (subject) =>
  leads(subject).flatMap((lead) => {
    const { service, port, index, workload } = lead;
    const target = targetOf(port, workload);
    if (!target || port.port === target.number || isDialled(subject, service, port)) return [];
    const siblings = siblingsOf(subject, lead, target.number);
    if (siblings.some((one) => one.port.port === port.port && isDialled(subject, one.service, one.port)))
      return [];
    const other = siblings.find((one) => one.port.port !== port.port);
    const right = other?.port.port ?? target.number;
    // A headless Service translates no port, and Mooring offers a port under one number.
    const strict = other && (isManagedByMooring(service) || service.content.spec.clusterIP === 'None');
    const where = other ? `${called(other.service)} offers it` : 'the port it leads to is';
    return when(strict ?? looksWrong(subject, port.port, right), () => ({
      code: 'PORT_LOOKS_WRONG',
      message: `${called(service)} offers a port on ${port.port}, but ${where} ${other ? 'on ' : ''}${right}, and nothing in these manifests dials ${port.port}.`,
      here: placeIn(service, 'spec', 'ports', index, 'port'),
      there: other
        ? placeIn(other.service, 'spec', 'ports', other.index, 'port')
        : placeIn(workload.object, 'metadata', 'name'),
      fix: `Write port: ${right}, or correct its callers.`,
      ...(strict ? setting(placeIn(service, 'spec', 'ports', index, 'port'), right) : {}),
      hint: knownPortHint(subject.knownPorts, port.port),
    }));
  });

/** The other Services that offer the same port of the same pods under the same name. */
const siblingsOf = (subject: Subject, { service, port, workload }: Lead, number: number): Lead[] =>
  leadsCalled(subject, workload, port.name).filter(
    (other) => other.service !== service && targetOf(other.port, workload)?.number === number,
  );

/** The ports of Services that lead to a workload and have a name, or none. */
const leadsCalled = (subject: Subject, workload: Workload, name: string | undefined): readonly Lead[] =>
  leadsByName(subject)(workload).get(name) ?? [];

const leadsByName = oncePer((subject: Subject) =>
  oncePer((workload: Workload) => Map.groupBy(leadsTo(subject, workload), ({ port }) => port.name)),
);
