import { distance } from 'fastest-levenshtein';
import { knownPorts } from '../../contract/known-ports.ts';
import { knownPort } from '../../model/known-port.ts';
import { resolveHost } from '../graph/hosts.ts';
import { placeIn } from '../graph/objects.ts';
import { managedByUs } from '../graph/managed-by.ts';
import { targetOf, type Service, type ServicePort } from '../graph/ports.ts';
import { leads, sayingOf } from './services.ts';
import { called, when, type Check, type Subject } from './subject.ts';

/** Whether anybody says the number of a Service's port: an environment, or an Ingress. */
function isDialled({ graph, dials }: Subject, service: Service, port: ServicePort): boolean {
  const byDial = dials.some(({ workload, host, port: said }) => {
    const found = resolveHost(graph, workload.namespace, host.text);
    return found.kind === 'service' && found.service === service && Number(said.text) === port.port;
  });
  const byIngress = graph.ofKind('Ingress').some(({ namespace, content }) =>
    content.spec.rules
      .flatMap(({ http }) => http?.paths ?? [])
      .some(({ backend }) => {
        const { number } = backend.service.port;
        return (
          namespace === service.namespace && backend.service.name === service.name && number === port.port
        );
      }),
  );
  return byDial || byIngress;
}

/** One digit off, or a port that is some product's alone. */
const looksWrong = (number: number, right: number): boolean =>
  (distance(String(number), String(right)) === 1 && String(number).length === String(right).length) ||
  isAnothers(number);

/** Ports every web server may have are nobody's. */
const isAnothers = (number: number): boolean => {
  const known = knownPort(knownPorts, number);
  return known !== undefined && !/development|HTTP backend/.test(known.saying);
};

/**
 * A port nobody in the manifests dials under its number, which is not the pods' either and looks like a slip: the
 * callers outside would find out first.
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
    // A headless Service translates nothing, and ours offer a port under one number.
    const strict = other && (managedByUs(service) || service.content.spec.clusterIP === 'None');
    const where = other ? `${called(other.service)} offers it` : 'the port it leads to is';
    return when(strict ?? looksWrong(port.port, right), () => ({
      code: 'PORT_LOOKS_WRONG',
      message: `${called(service)} offers a port on ${port.port}, but ${where} ${other ? 'on ' : ''}${right}, and nothing in these manifests dials ${port.port}.`,
      here: placeIn(service, 'spec', 'ports', index, 'port'),
      there: other
        ? placeIn(other.service, 'spec', 'ports', other.index, 'port')
        : placeIn(workload.object, 'metadata', 'name'),
      fix: `Write port: ${right}, or correct whoever is to dial it.`,
      hint: sayingOf(port.port),
    }));
  });

/** The other Services that offer the same port of the same pods under the same name. */
const siblingsOf = (
  subject: Subject,
  { service, port, workload }: ReturnType<typeof leads>[number],
  number: number,
): ReturnType<typeof leads> =>
  leads(subject).filter(
    (other) =>
      other.service !== service &&
      other.workload === workload &&
      other.port.name === port.name &&
      targetOf(other.port, workload)?.number === number,
  );
