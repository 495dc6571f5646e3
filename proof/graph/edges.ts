import { nearest } from '../../model/nearest.ts';
import type { Program } from '../../model/program.ts';
import { asText } from '../../model/variable.ts';
import { addressesIn, isHostName, isListenAddress, type UsualPorts } from './addresses.ts';
import { calledIn, meaningOf } from './clients.ts';
import { commandDials } from './command-edges.ts';
import { dialAt, type Dial, type DialLogin, type DialPart } from './dial.ts';
import type { EnvEntry } from './environment.ts';
import { fileDials } from './file-edges.ts';
import { hostDials, lookedUp } from './host-names.ts';
import type { Graph } from './graph.ts';
import { resolveHost } from './hosts.ts';
import type { KnownPrograms } from './images.ts';
import loginNames from './login-names.json' with { type: 'json' };
import { oncePer } from './once-per.ts';
import { selectedBy, servicePort } from './ports.ts';
import type { KnownContainer } from './programs.ts';
import type { Container, Workload } from './workloads.ts';

/**
 * Every connection the manifests configure: the edges of known programs, host and port pairs, URLs and lists of them in
 * environments, the words of commands and scripts, and mounted files.
 */
export function dialsOf(
  graph: Graph,
  knownIn: (container: Container) => KnownContainer | undefined,
  beside: KnownPrograms,
): Dial[] {
  return graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const found = knownIn(container);
      const edges = found ? edgeDials(found) : [];
      const taken = new Set(edges.flatMap(({ host, port }) => [host.variable, port.variable]));
      const stated = [
        ...edges,
        ...pairDials(workload, container, taken),
        ...urlDials(graph, workload, container, beside.usual),
      ];
      const written = [
        ...optionDials(workload, container, beside),
        ...commandDials(graph, workload, container, beside),
        ...fileDials(graph, workload, container, beside),
      ].filter((dial) => isInside(graph, dial) && isAddress(graph, dial));
      const known = [...stated, ...unlike(stated, written)];
      return [
        ...known,
        ...hostDials(graph, workload, container, known),
        ...lookedUp(graph, workload, container),
      ];
    }),
  );
}

/**
 * What leads out of the manifests, or to the pod's own Service, which it advertises, is not followed; the pod itself only
 * where another of its containers may answer.
 */
function isInside(graph: Graph, { workload, host }: Dial): boolean {
  const found = resolveHost(graph, workload.namespace, host.text);
  if (found.kind === 'itself') return workload.containers.filter(({ init }) => !init).length > 1;
  if (found.kind === 'service') return !selectedBy(graph, found.service).includes(workload);
  return found.kind === 'missing';
}

/** The ports below are asked for by root alone: as a number behind a word they are rather a tag, a share or a count. */
const firstFree = 1024;

/** Whether `word:number`, where nothing else says so, is an address: by the Services that are here. */
function isAddress(graph: Graph, { bare, workload, host, port: { text } }: Dial): boolean {
  if (!bare) return true;
  const found = resolveHost(graph, workload.namespace, host.text);
  const port = Number(text);
  if (found.kind === 'service') return port >= firstFree || servicePort(found.service, port) !== undefined;
  if (found.kind !== 'missing') return true;
  const near = nearest(found.name, namesIn(graph)(found.namespace));
  const meant = near === undefined ? undefined : graph.find('Service', found.namespace, near);
  return host.text.includes('.') || (meant !== undefined && servicePort(meant, port) !== undefined);
}

const namesIn = oncePer((graph: Graph) => {
  const names = Map.groupBy(graph.ofKind('Service'), ({ namespace }) => namespace);
  return (namespace: string): string[] => (names.get(namespace) ?? []).map(({ name }) => name);
});

/** What is written several times, such as in a variable that a script expands, is one connection. */
function unlike(stated: readonly Dial[], written: readonly Dial[]): Dial[] {
  const keyOf = ({ host, port }: Dial): string => `${host.text}:${port.text}`;
  const seen = new Set(stated.map(keyOf));
  return written.filter((dial) => !seen.has(keyOf(dial)) && seen.add(keyOf(dial)));
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
          entry: container.variables.get(variable),
        })),
        meant: { service: edge.to, port: edge.port },
      },
    ];
  });
}

function partOf(container: Container, { service }: Program, variable: string): DialPart | undefined {
  const entry = container.variables.get(variable);
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

/** `DB_HOST` beside `DB_PORT` or `DB_PORT_NUMBER`, in any container. */
function pairDials(workload: Workload, container: Container, taken: ReadonlySet<string>): Dial[] {
  const ports = variablesIn(container);
  return container.env.flatMap((host) => {
    const match = /^(.*_|PG)?(HOST|HOSTNAME|ADDR)$/i.exec(host.name) ?? otherHost(host);
    const port =
      match &&
      ['port', 'port_number', 'host_port'].flatMap(
        (end) => ports.get(`${match[1] ?? ''}${end}`.toLowerCase()) ?? [],
      )[0];
    if (!port || taken.has(host.name) || taken.has(port.name) || isListenAddress(host.value ?? '')) return [];
    const [dialledHost, dialledPort] = [stated(host), stated(port)];
    if (!dialledHost || !dialledPort || !/^\d+$/.test(dialledPort.text)) return [];
    const login = loginBeside(container, match[1] ?? '');
    return [{ workload, container, host: dialledHost, port: dialledPort, login, secrets: [] }];
  });
}

/** `DB_SERVER`, which may hold something else than a host. */
const otherHost = ({ name, value = '' }: EnvEntry): RegExpExecArray | null =>
  isHostName(value) && meaningOf(name) !== 'other' ? /^(.+_)(HOST_NAME|ADDRESS|SERVER)$/i.exec(name) : null;

/** `DB_USER`, `DB_PASSWORD` and `DB_NAME`, beside the `DB_HOST` or `DB_URL` of a beginning. */
function loginBeside(container: Container, beginning: string): DialLogin {
  if (beginning === '') return {};
  const isStore = stores.test(beginning);
  const find = (...ends: string[]): DialPart | undefined =>
    ends.flatMap((end) => {
      const entry = variablesIn(container).get(`${beginning}${end}`.toLowerCase());
      return (entry && stated(entry)) ?? [];
    })[0];
  const parts = {
    user: find(...loginNames.user),
    password: find(...loginNames.password),
    database: find(...loginNames.database, ...(isStore ? ['name'] : [])),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}

/** Beginnings of variables about a database: elsewhere a `NAME` may be of anything. */
const stores = new RegExp(`(${loginNames.databases.join('|')})_?$`, 'i');

/** The variables of a container, in upper or lower case, by their names in lower case. */
const variablesIn = oncePer(
  ({ env }: Container): ReadonlyMap<string, EnvEntry> =>
    new Map(env.map((entry): [string, EnvEntry] => [entry.name.toLowerCase(), entry]).reverse()),
);

/**
 * URLs such as `http://model.ai:8080/v1`, and `host:1234`, in any container, and lists of them. What one is expanded from
 * says the host or port: one cause is one finding.
 */
const urlDials = (graph: Graph, workload: Workload, container: Container, usual: UsualPorts): Dial[] =>
  container.env.flatMap((entry) => {
    const text = stated(entry);
    const meaning = meaningOf(entry.name);
    const found = text ? addressesIn(text.text, usual) : [];
    if (!text || (meaning === 'other' && found.some(({ bare }) => bare))) return [];
    const [, beginning = ''] = /^(.*_)(?:url|uri|dsn)$/i.exec(entry.name) ?? [];
    const beside = found.length === 1 ? loginBeside(container, beginning) : {};
    const dials = found
      .map((address) => dialAt(workload, container, address, text))
      .map((dial) => ({
        ...dial,
        host: saidBy(entry, dial.host),
        port: saidBy(entry, dial.port),
        login: { ...beside, ...dial.login },
      }));
    // In a list, one that leads to a port which is served shows what the others are.
    if (meaning === 'address' || dials.some((dial) => isServed(graph, dial))) return dials;
    return dials
      .map((dial, index): Dial => (found[index]?.bare ? { ...dial, known: 'guessed', bare: true } : dial))
      .filter((dial) => isAddress(graph, dial));
  });

/** `-Dcache.host=x -Dcache.port=1` in `JAVA_OPTS` or the like, whatever a program calls it. */
const optionDials = (workload: Workload, container: Container, { clients, usual }: KnownPrograms): Dial[] =>
  container.env.flatMap((entry) => {
    const text = stated(entry);
    if (!text || !/(^|\s)-D[\w.]+=/.test(text.text)) return [];
    const part = (option: string): DialPart => ({ ...text, variable: `${option} of ${entry.name}` });
    return calledIn(['java', ...text.text.trim().split(/\s+/)], clients, usual).map((called): Dial => {
      const { by, loose, bare, portAt } = called;
      const written = portAt ? { host: part(by), port: part(portAt.by) } : part(by);
      return {
        ...dialAt(workload, container, called, written),
        known: loose ? 'guessed' : 'read',
        ...(loose && bare ? { bare } : {}),
      };
    });
  });

/** The variable that a part of an expanded text is from, where it is the whole value of one. */
function saidBy({ of }: EnvEntry, part: DialPart): DialPart {
  const said = of?.find(({ value }) => value === part.text);
  return (said && stated(said)) ?? part;
}

function isServed(graph: Graph, { workload, host, port }: Dial): boolean {
  const found = resolveHost(graph, workload.namespace, host.text);
  return found.kind === 'service' && servicePort(found.service, Number(port.text)) !== undefined;
}

const stated = ({ name, value, secret, place }: EnvEntry): DialPart | undefined =>
  value === undefined || value === ''
    ? undefined
    : { variable: name, text: value, unset: false, place, ...(secret ? { secret: true } : {}) };
