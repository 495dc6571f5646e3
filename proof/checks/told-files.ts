import { isMap, isPair, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml';
import { mountsOf, type MountedFile } from '../graph/files.ts';
import type { Graph } from '../graph/graph.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { ToldPort } from './told-ports.ts';

/** Settings in mounted files by which well-known programs are told where to listen, by the name of the file. */
const settings: readonly {
  readonly file: RegExp;
  /** Setting → what may be the name of the port; empty: the program's own. */
  readonly ports: Readonly<Record<string, readonly string[]>>;
}[] = [
  {
    file: /^application\.(ya?ml|properties)$/,
    ports: { 'server.port': [''], 'management.server.port': ['management'] },
  },
  { file: /^kibana\.yml$/, ports: { 'server.port': [''] } },
  { file: /^elasticsearch\.yml$/, ports: { 'http.port': [''], 'transport.port': ['transport'] } },
  {
    file: /^rabbitmq\.conf$/,
    ports: { 'listeners.tcp.default': ['amqp'], 'management.tcp.port': ['management'] },
  },
  { file: /^grafana\.ini$/, ports: { 'server.http_port': [''] } },
  {
    file: /\.ya?ml$/,
    ports: { 'server.http_listen_port': ['', 'http-metrics'], 'server.grpc_listen_port': ['grpc'] },
  },
];

/** What the files of a container tell its program, where no variable says otherwise. */
export const filePorts = (graph: Graph, workload: Workload, container: Container): ToldPort[] =>
  mountsOf(graph, workload, container)
    .flatMap(({ files = [] }) => files)
    .flatMap((file) => portsIn(file, container));

function portsIn(
  { path, text, place: { doc, path: at } }: MountedFile,
  { variables }: Container,
): ToldPort[] {
  const wanted = settings.filter(({ file }) => file.test(path.split('/').at(-1) ?? ''));
  if (text === undefined || wanted.length === 0 || text.length > mostCharacters) return [];
  const found = /\.ya?ml$/.test(path) ? inYaml(text) : inRows(text);
  return wanted
    .flatMap(({ ports }) => Object.entries(ports))
    .flatMap(([key, topics]): ToldPort[] => {
      const [one, ...others] = found.filter((row) => row.key === key);
      if (!one || others.length > 0 || variables.has(key.toUpperCase().replaceAll('.', '_'))) return [];
      const port = Number(one.value);
      return Number.isInteger(port) && port > 0
        ? topics.map((topic) => ({
            ...{ name: `${key} in ${path}`, topic, port, isOwn: false },
            place: { doc, path: [...at, one.line] },
          }))
        : [];
    });
}

/** Larger files are not read. */
const mostCharacters = 100_000;

interface Row {
  /** `server.port`. */
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** The numbers in maps of YAML, by their keys from the outermost on. Aliases are not followed. */
function inYaml(text: string): Row[] {
  const lines = new LineCounter();
  const found: Row[] = [];
  try {
    for (const document of parseAllDocuments(text, { prettyErrors: false, lineCounter: lines }))
      visit(document, {
        Pair: (_, { key, value }, parents) => {
          if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'number') return;
          if (parents.some((parent) => !isPair(parent) && !isMap(parent) && parent !== parents[0])) return;
          const keys = parents
            .filter(isPair)
            .map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ''));
          const line = lines.linePos(key.range?.[0] ?? 0).line - 1;
          found.push({ key: [...keys, String(key.value)].join('.'), value: String(value.value), line });
        },
      });
  } catch {
    return [];
  }
  return found;
}

/** `key = value` in rows, below `[section]`. */
function inRows(text: string): Row[] {
  let section = '';
  return text.split('\n').flatMap((row, line) => {
    section = /^\s*\[([\w.-]+)\]\s*$/.exec(row)?.[1]?.concat('.') ?? section;
    const [, key, value] = /^\s*([A-Za-z][\w.-]*)\s*[=:]\s*(\d+)\s*$/.exec(row) ?? [];
    return key === undefined || value === undefined ? [] : [{ key: `${section}${key}`, value, line }];
  });
}
