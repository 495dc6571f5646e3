import { replacing, setting, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Dial } from '../graph/dial.ts';
import { resolveHost } from '../graph/hosts.ts';
import { placeIn } from '../graph/objects.ts';
import { selectedBy, servicePort, targetOf, type Service, type ServicePort } from '../graph/ports.ts';
import type { Workload } from '../graph/workloads.ts';
import { valueAt, type Place } from '../source.ts';
import { isOfNginx } from './rewrites.ts';
import { isJoined } from './to-itself.ts';
import { numberAsked, probesByContainer, probesOf } from './written-probes.ts';
import { routedIn } from './routed.ts';
import type { Routed } from './routed-service.ts';
import { called, containerCalled, inContainer, type Check, type Subject } from './subject.ts';
import { toldIn } from './told.ts';

/** What a scheme of every program says of TLS; the packs say it of the others. */
const ofAll: Readonly<Record<string, boolean>> = {
  http: false,
  ws: false,
  https: true,
  wss: true,
  grpcs: true,
};

/** Undefined where client and server negotiate it. */
const speaksTls = ({ beside }: Subject, scheme: string): boolean | undefined =>
  /\+ssc?$/.test(scheme) ? true : { ...beside.tls, ...ofAll }[scheme];

/** The same scheme with TLS, or without, for the fix. */
function twinOf(subject: Subject, scheme: string): string | undefined {
  const twin = speaksTls(subject, scheme) === true ? scheme.replace(/s$/, '') : `${scheme}s`;
  return speaksTls(subject, twin) === undefined ? undefined : twin;
}

/** What shows whether a port of a pod speaks TLS. */
interface Shown {
  readonly tls: boolean;
  readonly by: string;
  readonly place: Place;
  /** Whether the same port cannot speak the other as well. */
  readonly isCertain: boolean;
}

/** A URL with TLS must lead to a port that speaks it, and one without to a port that does not. */
export const tlsOfUrls: Check = (subject) =>
  subject.dials.flatMap((dial): Fault[] => {
    const client = dial.scheme === undefined ? undefined : speaksTls(subject, dial.scheme);
    // What is put into a pod may speak TLS in the program's place.
    if (client === undefined || isJoined(subject, dial.workload)) return [];
    const host = resolveHost(subject.graph, dial.workload.namespace, dial.host.text);
    if (host.kind !== 'service') return [];
    const shown = shownBehind(subject, host.service, Number(dial.port.text));
    return shown && shown.tls !== client ? [urlFault(subject, dial, { ...host, shown })] : [];
  });

function urlFault(
  subject: Subject,
  dial: Dial,
  { service, shown }: { readonly service: Service; readonly shown: Shown },
): Fault {
  const { port, scheme = '' } = dial;
  const twin = twinOf(subject, scheme);
  return {
    code: 'TLS_MISMATCH',
    ...(shown.isCertain ? {} : { severity: 'warning' }),
    message: `${port.variable} of ${called(dial.workload)} speaks ${scheme} to port ${port.text} of ${called(service)}, where ${shown.by}.`,
    here: port.place,
    there: shown.place,
    fix:
      twin === undefined
        ? 'Make both speak TLS, or none.'
        : `Write ${twin}://, or make the server speak ${shown.tls ? 'no ' : ''}TLS.`,
    ...(shown.isCertain && twin !== undefined && !port.secret
      ? replacing(port.place, `${scheme}://`, `${twin}://`)
      : {}),
  };
}

const spokenBehind = 'nginx.ingress.kubernetes.io/backend-protocol';

/** ingress-nginx speaks to a Service as its annotation says, else without TLS. */
export const tlsOfRoutes: Check = (subject) =>
  routedIn(subject.graph).flatMap((route): Fault[] => {
    const written = valueAt(route.route.doc.value, ['metadata', 'annotations', spokenBehind]);
    const service = subject.graph.find('Service', route.namespace, route.name);
    if (!service || route.port === undefined) return [];
    const shown = shownBehind(subject, service, route.port);
    if (typeof written !== 'string')
      return shown?.tls && isPlain(subject, route) ? [unsaid(route, service, shown)] : [];
    const client = /^(HTTPS|GRPCS)$/i.test(written);
    return shown && shown.tls !== client ? [routeFault(route, service, shown, written)] : [];
  });

/** Whether ingress-nginx takes a route and ends its TLS. */
function isPlain({ graph }: Subject, { route: { kind, namespace, name } }: Routed): boolean {
  const ingress = kind === 'Ingress' ? graph.find(kind, namespace, name) : undefined;
  return (
    ingress !== undefined &&
    isOfNginx(ingress) &&
    ingress.content.metadata.annotations['nginx.ingress.kubernetes.io/ssl-passthrough'] !== 'true'
  );
}

const unsaid = ({ route, port }: Routed, service: Service, { by, place }: Shown): Fault => ({
  code: 'TLS_MISMATCH',
  severity: 'warning',
  message: `${called(route)} does not say what port ${port ?? ''} of ${called(service)} speaks, so that ingress-nginx speaks HTTP to it, where ${by}.`,
  here: placeIn(route, 'metadata', 'name'),
  there: place,
  fix: `Annotate it with ${spokenBehind}: HTTPS.`,
});

/** Probes of one port speak one protocol: one that speaks the other fails, and so does one without TLS of a port called https. */
export const probeSchemes: Check = (subject) =>
  probesOf(subject).flatMap((asking): Fault[] => {
    const { workload, container, field, probe, path, port } = asking;
    if (probe.httpGet?.scheme !== 'HTTP' || subject.knownIn(container)) return [];
    const other = probesByContainer(subject)
      .get(container)
      ?.find((one) => one.probe.httpGet?.scheme === 'HTTPS' && numberAsked(one) === numberAsked(asking));
    if (!other && !/^https\b/.test(String(port))) return [];
    const here = inContainer(container, ...path, 'scheme');
    return [
      {
        code: 'TLS_MISMATCH',
        severity: 'warning',
        message: `The ${field} of ${containerCalled(workload, container)} speaks HTTP to port ${port ?? ''}${other ? `, and its ${other.field} HTTPS` : ''}.`,
        here: valueAt(here.doc.value, here.path) === undefined ? inContainer(container, ...path) : here,
        ...(other ? { there: inContainer(container, ...other.path, 'scheme') } : {}),
        fix: 'Write scheme: HTTPS.',
      },
    ];
  });

function routeFault({ route, port }: Routed, service: Service, shown: Shown, written: string): Fault {
  const here = placeIn(route, 'metadata', 'annotations', spokenBehind);
  const right = `${written.toUpperCase().replace(/S$/, '')}${shown.tls ? 'S' : ''}`;
  const mended: Mended = shown.isCertain ? setting(here, right) : {};
  return {
    code: 'TLS_MISMATCH',
    ...(shown.isCertain ? {} : { severity: 'warning' }),
    message: `${called(route)} says that port ${port ?? ''} of ${called(service)} speaks ${written}, where ${shown.by}.`,
    here,
    there: shown.place,
    fix: `Write ${right}.`,
    ...mended,
  };
}

function shownBehind(subject: Subject, service: Service, wanted: number | string): Shown | undefined {
  const port = servicePort(service, wanted);
  if (!port) return undefined;
  const found = selectedBy(subject.graph, service).map((workload) => {
    const number = targetOf(port, workload)?.number;
    return number === undefined
      ? undefined
      : (toldAt(subject, workload, number) ?? probedAt(subject, workload, number));
  });
  const [first] = found;
  const isOne = found.every((one) => one !== undefined && one.tls === first?.tls);
  return isOne && (first?.tls || !isSaidToSpeak(port)) ? first : undefined;
}

/** Some servers speak both on one port, and are probed without TLS. */
const isSaidToSpeak = ({ name = '', port, appProtocol }: ServicePort): boolean =>
  port === 443 || port === 8443 || /https|tls|ssl/.test(`${name} ${String(appProtocol)}`);

/** What the server is told: by its files or options, or as far as it is known whole. */
function toldAt(subject: Subject, workload: Workload, number: number): Shown | undefined {
  const told = workload.containers.flatMap((container) => {
    const { program = '', addresses = [] } = toldIn(subject).get(container) ?? {};
    const here = addresses.filter(({ port }) => port === number);
    const [first] = here;
    // What one server of a port says holds for the others there.
    return first && here.every(({ tls }) => tls !== undefined)
      ? [
          shownOf(
            program,
            here.some(({ tls }) => tls),
            first.place,
          ),
        ]
      : [];
  });
  const known = subject
    .knownOf(workload)
    .flatMap(({ program, running, opens, container }) =>
      Object.values(opens).includes(number) && !program.facts.speaksTls(running)
        ? [shownOf(program.facts.product, false, inContainer(container, 'name'))]
        : [],
    );
  return told[0] ?? known[0];
}

const shownOf = (program: string, tls: boolean, place: Place): Shown => ({
  ...{ tls, place, isCertain: true },
  by: `${program} is ${tls ? '' : 'not '}told to speak TLS`,
});

/** What the probes ask, which are answered where the pod is ready at all. */
function probedAt(subject: Subject, workload: Workload, number: number): Shown | undefined {
  const asked = probesOf(subject).find(
    (asking) =>
      asking.workload === workload && asking.probe.httpGet !== undefined && numberAsked(asking) === number,
  );
  const scheme = asked?.probe.httpGet?.scheme;
  return asked && scheme
    ? {
        tls: scheme === 'HTTPS',
        by: `the ${asked.field} of ${called(workload)} speaks ${scheme}`,
        place: inContainer(asked.container, ...asked.path, 'port'),
        isCertain: false,
      }
    : undefined;
}
