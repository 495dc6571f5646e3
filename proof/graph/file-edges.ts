import type { FileAddress } from '../../model/pack.ts';
import { isPair, isScalar, LineCounter, parseAllDocuments, visit, type Document } from 'yaml';
import { valueAt } from '../source.ts';
import { addressesIn, isHostName, type UsualPorts } from './addresses.ts';
import { itself, meaningOf } from './clients.ts';
import { dialAt, type Dial, type DialPart } from './dial.ts';
import { mountsOf, type MountedFile } from './files.ts';
import type { Graph } from './graph.ts';
import { imageFactsOf, type KnownPrograms } from './images.ts';
import { processOf } from './programs.ts';
import type { Container, Workload } from './workloads.ts';

/** The connections that mounted files configure: those of known programs, and any of YAML and JSON. */
export function fileDials(
  graph: Graph,
  workload: Workload,
  container: Container,
  { images, usual }: KnownPrograms,
): Dial[] {
  const files = mountsOf(graph, workload, container)
    .flatMap(({ files: mounted = [] }) => mounted)
    .filter(({ text }) => text !== undefined);
  if (files.length === 0) return [];
  const { facts } = imageFactsOf(images, workload, container);
  const known = facts.filter(({ addresses }) => addresses !== undefined);
  const running = known.length > 0 ? processOf(graph, workload, container) : undefined;
  const dial = (found: FileAddress, how: 'read' | 'guessed'): Dial[] =>
    files
      .filter(({ path }) => path === found.file)
      .map(({ path, place: { doc, path: at } }) => {
        const part = ({ by, line }: Pick<FileAddress, 'by' | 'line'>): DialPart => ({
          ...{ variable: by, text: '', unset: false, in: path },
          ...(valueAt(doc.value, ['kind']) === 'Secret' ? { secret: true as const } : {}),
          place: { doc, path: [...at, line] },
        });
        const { portAt } = found;
        return {
          ...dialAt(
            workload,
            container,
            found,
            portAt ? { host: part(found), port: part(portAt) } : part(found),
          ),
          known: how,
        };
      });
  return [
    ...known
      .flatMap(({ addresses }) => (running && addresses?.(running)) ?? [])
      .flatMap((one) => dial(one, 'read')),
    ...files
      .flatMap((file) => [...structured(file, usual), ...settings(file, usual)])
      .flatMap((one) => dial(one, 'guessed')),
  ];
}

/** Larger files are not read. */
const mostCharacters = 100_000;

/** A `host` beside a `port`, URLs, and addresses where they are to be expected, in a file of YAML or JSON. */
function structured({ path, text = '' }: MountedFile, usual: UsualPorts): FileAddress[] {
  if (!/\.(ya?ml|json)$/.test(path) || text.length > mostCharacters || !/host|:\/\/|:\d|address/.test(text))
    return [];
  const lines = new LineCounter();
  const documents = documentsOf(text, lines);
  const found: FileAddress[] = [];
  const lineOf = (at: number | undefined): number => (at === undefined ? 0 : lines.linePos(at).line - 1);
  const add = (by: string, value: string, at: number | undefined): void => {
    const addresses = addressesIn(value, usual).filter(
      ({ scheme, host, bare }) =>
        isHostName(host) && isDialled(by) && (scheme !== '' || !bare || isOfAddress(by)),
    );
    found.push(...addresses.map((one) => ({ ...one, by, file: path, line: lineOf(at) })));
  };
  for (const document of documents)
    // Aliases are not followed: no file may cost more than its size.
    visit(document, {
      Pair: (_, { key, value }) => {
        if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string') return;
        const by = String(key.value);
        add(by, value.value, value.range?.[0]);
      },
      Seq: (_, { items }, parents) => {
        const pair = parents.findLast(isPair);
        const by = String(isScalar(pair?.key) ? pair.key.value : '');
        for (const item of items)
          if (isScalar(item) && typeof item.value === 'string') add(by, item.value, item.range?.[0]);
      },
      Map: (_, map) => {
        for (const [by, portBy] of pairs) {
          const [host, port] = [map.get(by, true), map.get(portBy, true)];
          if (!isScalar(host) || typeof host.value !== 'string' || !isHostName(host.value)) continue;
          if (!isScalar(port) || typeof port.value !== 'number') continue;
          found.push({
            ...{ scheme: '', host: host.value, port: String(port.value), by, file: path },
            line: lineOf(host.range?.[0]),
            portAt: { by: portBy, line: lineOf(port.range?.[0]) },
          });
        }
      },
    });
  return found;
}

/** What files call a host and its port; the second is Envoy's. */
const pairs = [
  ['host', 'port'],
  ['address', 'port_value'],
] as const;

/** Lists that hold nothing but addresses, such as the targets of Prometheus. */
const isOfAddress = (by: string): boolean =>
  meaningOf(by.replaceAll('-', '_')) === 'address' || by === 'targets';

/** None where a text is nested deeper than the parser goes. */
function documentsOf(text: string, lineCounter: LineCounter): Document[] {
  try {
    const documents = parseAllDocuments(text, { prettyErrors: false, lineCounter });
    return Array.isArray(documents) ? documents : [];
  } catch {
    return [];
  }
}

/** URLs of a process itself, which others are told. */
const ownNames = new RegExp(`${itself}|(root|site|web)_?-?url`, 'i');
const isDialled = (key: string): boolean => !ownNames.test(key);

/** `cache.host=x` beside `cache.port=1`, and URLs, in a file of settings, one a line. */
function settings({ path, text = '' }: MountedFile, usual: UsualPorts): FileAddress[] {
  if (!/\.(properties|env|toml|ini|cfg)$/.test(path) || text.length > mostCharacters) return [];
  const all = text.split('\n').flatMap((row, line) => {
    const [, by, value] = /^\s*([A-Za-z][\w.-]*)\s*[=:]\s*["']?(.*?)["']?\s*$/.exec(row) ?? [];
    return by === undefined || value === undefined ? [] : [{ by, value, line }];
  });
  return all
    .filter(({ by }) => isDialled(by))
    .flatMap(({ by, value, line }) => {
      const urls = addressesIn(value, usual).filter(({ scheme, host }) => scheme !== '' && isHostName(host));
      const [, beginning] = /^(.*[._-])(?:host|hostname)$/i.exec(by) ?? [];
      const port = all.find((other) => other.by.toLowerCase() === `${beginning ?? ''}port`.toLowerCase());
      const isWhole = beginning !== undefined && isHostName(value) && port && /^\d+$/.test(port.value);
      const both = isWhole ? [{ scheme: '', host: value, port: port.value, portAt: port }] : [];
      return [...urls, ...both].map((address) => ({ ...address, by, file: path, line }));
    });
}
