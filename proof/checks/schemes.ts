import type { ImageFacts, Speech } from '../../model/pack.ts';
import { containerCalled, inContainer, type Check, type Subject } from './subject.ts';
import { only, replacing } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { resolveHost } from '../graph/hosts.ts';
import { selectedBy, servicePort, targetOf, type Service } from '../graph/ports.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Place } from '../source.ts';
import { imageFactsOf } from '../graph/images.ts';
import { processOf } from '../graph/programs.ts';

/** What a client expects by the scheme of a URL, or by the word before `_PORT`, whatever program answers. */
const expected: Readonly<Record<string, Speech>> = {
  http: 'http',
  https: 'http',
  ws: 'http',
  wss: 'http',
  rest: 'http',
  grpc: 'grpc',
  grpcs: 'grpc',
};

/** A connection that says what is to be spoken. */
interface Spoken {
  readonly workload: Workload;
  readonly container: Container;
  readonly host: string;
  readonly port: number;
  /** The scheme or word. */
  readonly by: string;
  readonly variable: string;
  readonly place: Place;
  readonly secret?: boolean;
}

/** What a URL's scheme or a variable's name says is spoken must be what the image behind the port speaks there. */
export const schemes: Check = (subject) =>
  [...urls(subject), ...namedPorts(subject)].flatMap((spoken) => {
    const host = resolveHost(subject.graph, spoken.workload.namespace, spoken.host);
    const port = host.kind === 'service' ? servicePort(host.service, spoken.port) : undefined;
    if (host.kind !== 'service' || !port) return [];
    return selectedBy(subject.graph, host.service).flatMap((workload): Fault[] => {
      const number = targetOf(port, workload)?.number;
      return number === undefined ? [] : speechFaults(subject, spoken, { ...host, workload, number });
    });
  });

const urls = ({ dials }: Subject): Spoken[] =>
  dials.flatMap(({ workload, container, host, port, scheme }) =>
    scheme === undefined
      ? []
      : [
          {
            workload,
            container,
            host: host.text,
            port: Number(port.text),
            by: scheme,
            variable: port.variable,
            place: port.place,
            ...(port.secret ? { secret: true } : {}),
          },
        ],
  );

/** `STORE_GRPC_PORT` beside `STORE_HOST`. */
const namedPorts = ({ graph }: Subject): Spoken[] =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      container.env.flatMap(({ name, value = '', secret, place }): Spoken[] => {
        const [, prefix, by] = /^(.+)_(HTTP|REST|GRPC|BOLT)_PORT$/.exec(name) ?? [];
        const host = prefix && container.variables.get(`${prefix}_HOST`)?.value;
        if (!host || !by || secret || !/^\d+$/.test(value)) return [];
        return [
          { workload, container, host, port: Number(value), by: by.toLowerCase(), variable: name, place },
        ];
      }),
    ),
  );

function speechFaults(
  { graph, beside }: Subject,
  { workload, container: client, by, variable, place, secret, port: dialled }: Spoken,
  {
    service,
    workload: server,
    number: port,
  }: { readonly service: Service; readonly workload: Workload; readonly number: number },
): Fault[] {
  // What follows a + is a driver of the client, or says that TLS is used.
  const protocol = by.replace(/\+.*$/, '');
  const wanted =
    expected[protocol] ?? (Object.hasOwn(beside.schemes, protocol) ? beside.schemes[protocol] : undefined);
  return server.containers.flatMap((container): Fault[] => {
    const { product, facts } = imageFactsOf(beside.images, server, container);
    const ports = facts.flatMap((one) => spokenBy(one, graph, server, container));
    const spoken = ports.find(([number]) => number === port)?.[1];
    if (container.init || wanted === undefined || spoken === undefined || spoken === wanted) return [];
    const right = ports.find(([, speech]) => speech === wanted)?.[0];
    // Some clients of other protocols, such as of gRPC, are given a URL with http.
    const isLoose = by === 'http' || by === 'https';
    return [
      {
        code: 'PROTOCOL_MISMATCH',
        ...(isLoose ? { severity: 'warning' as const } : {}),
        message: `${variable} of ${containerCalled(workload, client)} speaks ${by} to port ${port} of ${server.kind} ${server.name}, where ${product} speaks ${calledBy(beside.schemes, spoken)}.`,
        here: place,
        there: inContainer(container, 'image'),
        fix:
          right === undefined
            ? `Dial a server that speaks ${calledBy(beside.schemes, wanted)}, or use a client and a URL of ${product}.`
            : `Dial the Service's port for ${right}.`,
        ...only(
          isLoose || secret
            ? []
            : service.content.spec.ports.filter((one) => targetOf(one, server)?.number === right),
          (one) => replacing(place, String(dialled), String(one.port)),
        ),
      },
    ];
  });
}

/** A protocol by the scheme of its URLs, which more people know. */
const calledBy = (schemes: Readonly<Record<string, Speech>>, speech: Speech): string =>
  Object.keys(schemes).find((scheme) => schemes[scheme] === speech) ?? speech;

/** What an image speaks on its usual ports; on the only one that it is told, what it speaks on the first of them. */
function spokenBy(
  { speaks = {}, listens }: ImageFacts,
  graph: Subject['graph'],
  workload: Workload,
  container: Container,
): [number, Speech][] {
  const usual = Object.entries(speaks).map(([port, speech]): [number, Speech] => [Number(port), speech]);
  const [first] = usual;
  const [told, ...more] = (first && listens?.(processOf(graph, workload, container))) ?? [];
  return first && told && more.length === 0 && !Object.hasOwn(speaks, told.port)
    ? [[told.port, first[1]], ...usual.slice(1)]
    : usual;
}
