import type { Program } from '../../model/program.ts';
import { asText } from '../../model/variable.ts';
import type { Place } from '../source.ts';
import type { EnvEntry } from './environment.ts';
import type { Graph } from './graph.ts';
import type { KnownContainer } from './programs.ts';
import type { Container, Workload } from './workloads.ts';

/** A connection a container will open, as its environment says. */
export interface Dial {
  readonly workload: Workload;
  readonly container: Container;
  readonly host: Said;
  readonly port: Said;
  readonly tls?: Said;
  /** The variable that holds what it shows to be let in, and the target's own name of that secret. */
  readonly secrets: readonly {
    readonly name: string;
    readonly entry: EnvEntry | undefined;
    readonly variable: string;
  }[];
  /** The program and port that are meant to answer, where the contract says so. */
  readonly meant?: { readonly service: string; readonly port: string };
}

/** What a variable says, or its default where it is unset. */
export interface Said {
  readonly variable: string;
  readonly text: string;
  readonly unset: boolean;
  readonly place: Place;
}

/** Every connection the environments speak of: the edges of known programs, and any host and port side by side. */
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
    const [saidHost, saidPort] = [said(container, program, host), said(container, program, port)];
    if (!saidHost || !saidPort) return [];
    const saidTls = tls ? said(container, program, tls) : undefined;
    return [
      {
        workload,
        container,
        host: saidHost,
        port: saidPort,
        ...(saidTls ? { tls: saidTls } : {}),
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

function said(container: Container, { service }: Program, variable: string): Said | undefined {
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

/** `DB_HOST` beside `DB_PORT`, in anybody's container. */
function pairDials(workload: Workload, container: Container, taken: ReadonlySet<string>): Dial[] {
  return container.env.flatMap((host) => {
    const match = /^(.*_)?(HOST|HOSTNAME|ADDR)$/i.exec(host.name);
    const port =
      match && container.env.find(({ name }) => name.toLowerCase() === `${match[1] ?? ''}port`.toLowerCase());
    if (!port || taken.has(host.name) || taken.has(port.name) || isListenAddress(host.value ?? '')) return [];
    const [saidHost, saidPort] = [plain(host), plain(port)];
    return saidHost && saidPort && /^\d+$/.test(saidPort.text)
      ? [{ workload, container, host: saidHost, port: saidPort, secrets: [] }]
      : [];
  });
}

export const isListenAddress = (text: string): boolean => /^(0\.0\.0\.0|::|\[::\]|\*)$/.test(text);

const usualPorts: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' };

/**
 * `http://model.ai:8080/v1` and its like, and `host:1234`, in anybody's container. With an `@` further on, what looks like
 * the host may be a part of a password.
 */
function urlDials(workload: Workload, container: Container): Dial[] {
  return container.env.flatMap((entry) => {
    const text = plain(entry);
    if (!text) return [];
    const match =
      /^([a-z][-+.a-z0-9]*):\/\/(?:[^/@\s]*@)?([-\w.]+)(?::(\d+))?(?:[/?#][^@]*)?$/i.exec(text.text) ??
      /^()([-a-z0-9.]+):(\d{2,5})$/i.exec(text.text);
    const port = match?.[3] ?? usualPorts[match?.[1]?.toLowerCase() ?? ''];
    if (!match?.[2] || port === undefined) return [];
    return [
      { workload, container, host: { ...text, text: match[2] }, port: { ...text, text: port }, secrets: [] },
    ];
  });
}

const plain = ({ name, value, secret, place }: EnvEntry): Said | undefined =>
  value === undefined || value === '' || secret
    ? undefined
    : { variable: name, text: value, unset: false, place };
