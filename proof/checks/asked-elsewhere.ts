import { only, setting } from '../changes.ts';
import type { Severity } from '../codes.ts';
import type { Fault } from '../findings.ts';
import { portsCalled } from '../graph/ports.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { numberAsked, probesByContainer, type Asking } from './written-probes.ts';
import { containerCalled, inContainer, type Subject } from './subject.ts';
import { toldIn, type Told } from './told.ts';

/** Probes of a port on which the server of the container, as it is told, does not listen. */

/** One of them, with how certain that is. */
export interface AskedElsewhere {
  readonly asking: Asking;
  readonly number: number;
  readonly severity: Severity;
}

export function askedElsewhere(subject: Subject, told: Told): AskedElsewhere[] {
  const known = subject.knownIn(told.container);
  // Of a program that is known whole, what it opens is compared with what it declares.
  if (told.addresses.length === 0 || (known && told.container.spec.ports.length > 0)) return [];
  return (probesByContainer(subject).get(told.container) ?? []).flatMap((asking): AskedElsewhere[] => {
    const number = isAtPod(asking) ? numberAsked(asking) : undefined;
    if (number === undefined || isServed(subject, told.workload, number)) return [];
    if (mayOpen(told, number)) return [];
    if (known?.program.facts.otherPorts?.includes(number)) return [];
    return [{ asking, number, severity: severityOf(subject, told) }];
  });
}

/** Whether kubelet asks at the address of the pod. */
const isAtPod = ({ probe }: Asking): boolean => !probe.exec && probe.httpGet?.['host'] === undefined;

/** Whether a container of the pod listens there as it is told. */
const isServed = (subject: Subject, { containers }: Workload, number: number): boolean =>
  containers.some((one) =>
    toldIn(subject)
      .get(one)
      ?.addresses.some(({ port }) => port === number),
  );

/** A program that is run by a known server may open more ports than the server's, and declares them beside it. */
const mayOpen = ({ workload, container, addresses, only: alone }: Told, number: number): boolean => {
  const declared = portsCalled(workload, number);
  if (declared.some((one) => one.container !== container)) return true;
  const own = container.spec.ports.map(({ containerPort }) => containerPort);
  return !alone && own.includes(number) && addresses.some(({ port }) => own.includes(port));
};

/** What else runs at the address may open the port; and a default may be another one in an image of one's own. */
function severityOf(subject: Subject, { workload, container, addresses }: Told): Severity {
  const others = workload.containers.filter((one) => one !== container && !one.init);
  const isAlone =
    others.every((one) => toldIn(subject).get(one)?.only) && workload.pod['hostNetwork'] !== true;
  if (!isAlone || startsMore(container)) return 'unknown';
  return addresses.every(({ usualPort }) => usualPort) ? 'warning' : 'error';
}

/** Whether a script starts something in the background. */
const startsMore = ({ spec: { command, args } }: Container): boolean =>
  [...command, ...args].some((word) => /(^|[^&>])&(?![&>\d])/.test(word));

export function probeFault(
  { program, addresses }: Told,
  { asking: { workload, container, field, path, port }, number, severity }: AskedElsewhere,
): Fault {
  const listened = [...new Set(addresses.map((address) => address.port))];
  const at = inContainer(container, ...path, 'port');
  const [first] = addresses;
  return {
    code: 'PROBE_PORT',
    ...(severity === 'error' ? {} : { severity }),
    message: `The ${field} of ${containerCalled(workload, container)} asks port ${number}${port === number ? '' : ` ("${String(port)}")`}, but ${program} listens on ${listened.join(' and ')} as it is told.`,
    here: at,
    ...(first ? { there: first.place } : {}),
    fix: `Ask ${listened.join(' or ')}, or tell it to listen on ${number}.`,
    ...only(listened, (right) => setting(at, right)),
  };
}
