import type { Program } from '../../model/program.ts';
import { asText } from '../../model/variable.ts';
import type { Place } from '../source.ts';
import type { EnvEntry } from './environment.ts';
import type { Graph } from './graph.ts';
import type { KnownContainer } from './programs.ts';
import type { Container, Workload } from './workloads.ts';

/** A connection a container will open, as its environment configures it. */
export interface Dial {
  readonly workload: Workload;
  readonly container: Container;
  readonly host: DialPart;
  readonly port: DialPart;
  readonly tls?: DialPart;
  /** Of a URL. */
  readonly scheme?: string;
  /** The secrets it sends: the target's own name of each, and the variable that holds it. */
  readonly secrets: readonly {
    readonly name: string;
    readonly entry: EnvEntry | undefined;
    readonly variable: string;
  }[];
  /** The program and port that should answer, where the model of the client names them. */
  readonly meant?: { readonly service: string; readonly port: string };
}

/** A part of an address as a variable holds it, or the variable's default where it is unset. */
export interface DialPart {
  readonly variable: string;
  readonly text: string;
  readonly unset: boolean;
  readonly place: Place;
  /** Which part of the variable's value it is, where that is a URL or `host:port`; absent: all of it. */
  readonly part?: 'host' | 'port';
}

/** Every connection the environments configure: the edges of known programs, host and port pairs, and URLs. */
export function dialsOf(graph: Graph, known: readonly KnownContainer[]): Dial[] {
  return graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const found = known.find((one) => one.container === container);
      const edges = found ? edgeDials(found) : [];
      const taken = new Set(edges.flatMap(({ host, port }) => [host.variable, port.variable]));
      return [...edges, ...pairDials(workload, container, taken), ...urlDials(workload, container)];
    }),
  );
}

function edgeDials({ workload, container, program }: KnownContainer): Dial[] {
  return (program.service.edges ?? []).flatMap((edge): Dial[] => {
    const { host, port, tls, secrets = {} } = edge.binds;
    if (!host || !port) return [];
    const [dialledHost, dialledPort] = [partOf(container, program, host), partOf(container, program, port)];
    if (!dialledHost || !dialledPort) return [];
    const dialledTls = tls ? partOf(container, program, tls) : undefined;
    return [
      {
        workload,
        container,
        host: dialledHost,
        port: dialledPort,
        ...(dialledTls ? { tls: dialledTls } : {}),
        secrets: Object.entries(secrets).map(([name, variable]) => ({
          name,
          variable,
          entry: container.env.find((entry) => entry.name === variable),
        })),
        meant: { service: edge.to, port: edge.port },
      },
    ];
  });
}

function partOf(container: Container, { service }: Program, variable: string): DialPart | undefined {
  const entry = container.env.find(({ name }) => name === variable);
  // An empty variable is an unset one.
  if (entry && entry.value !== '' && (entry.value !== undefined || entry.from)) {
    return entry.value === undefined || entry.secret
      ? undefined
      : { variable, text: entry.value, unset: false, place: entry.place };
  }
  const usual = service.variables?.[variable]?.default;
  if (usual === undefined) return undefined;
  return {
    variable,
    text: asText(usual),
    unset: true,
    place: { doc: container.place.doc, path: [...container.place.path, 'env'] },
  };
}

/** `DB_HOST` beside `DB_PORT`, in any container. */
function pairDials(workload: Workload, container: Container, taken: ReadonlySet<string>): Dial[] {
  return container.env.flatMap((host) => {
    const match = /^(.*_)?(HOST|HOSTNAME|ADDR)$/i.exec(host.name);
    const port =
      match && container.env.find(({ name }) => name.toLowerCase() === `${match[1] ?? ''}port`.toLowerCase());
    if (!port || taken.has(host.name) || taken.has(port.name) || isListenAddress(host.value ?? '')) return [];
    const [dialledHost, dialledPort] = [plain(host), plain(port)];
    return dialledHost && dialledPort && /^\d+$/.test(dialledPort.text)
      ? [{ workload, container, host: dialledHost, port: dialledPort, secrets: [] }]
      : [];
  });
}

export const isListenAddress = (text: string): boolean => /^(0\.0\.0\.0|::|\[::\]|\*)$/.test(text);

const usualPorts: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' };

/** URLs such as `http://model.ai:8080/v1`, and `host:1234`, in any container, and lists of them. */
function urlDials(workload: Workload, container: Container): Dial[] {
  return container.env.flatMap((entry) => {
    const text = plain(entry);
    if (!text) return [];
    return addressesIn(text.text).map(({ scheme, host, port }) => ({
      workload,
      container,
      host: { ...text, text: host, part: 'host' as const },
      port: { ...text, text: port, part: 'port' as const },
      ...(scheme === '' ? {} : { scheme }),
      secrets: [],
    }));
  });
}

interface Address {
  /** Empty for `host:1234`. */
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
}

/** Every address of a text that holds nothing else, between commas, semicolons or spaces. */
function addressesIn(text: string): Address[] {
  const alone = addressOf(text);
  if (alone) return [alone];
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const found = parts.flatMap((part, index) => addressOf(part) ?? sharing(parts.slice(0, index), part) ?? []);
  return parts.length > 1 && found.length === parts.length ? found : [];
}

/** In `amqp://one:5672,two:5672` the scheme is of both. */
function sharing(before: readonly string[], part: string): Address | undefined {
  const scheme = before
    .map((one) => /^([a-z][-+.a-z0-9]*):\/\//i.exec(one)?.[1])
    .find((one) => one !== undefined);
  return scheme === undefined ? undefined : addressOf(`${scheme}://${part}`);
}

/** With an `@` further on, what looks like the host may be part of a password. */
function addressOf(text: string): Address | undefined {
  const match =
    /^([a-z][-+.a-z0-9]*):\/\/(?:[^/@\s]*@)?([-\w.]+)(?::(\d+))?(?:[/?#][^@]*)?$/i.exec(text) ??
    /^()([-a-z0-9.]+):(\d{2,5})$/i.exec(text);
  const [, scheme = '', host] = match ?? [];
  const port = match?.[3] ?? usualPorts[scheme.toLowerCase()];
  return host === undefined || port === undefined ? undefined : { scheme: scheme.toLowerCase(), host, port };
}

const plain = ({ name, value, secret, place }: EnvEntry): DialPart | undefined =>
  value === undefined || value === '' || secret
    ? undefined
    : { variable: name, text: value, unset: false, place };
