import type { FileAddress } from '../../model/pack.ts';
import { isScalar, LineCounter, parseAllDocuments, visit, type Document } from 'yaml';
import { valueAt } from '../source.ts';
import { addressesIn, isHostName, type UsualPorts } from './addresses.ts';
import { itself } from './clients.ts';
import { dialAt, type Dial } from './dial.ts';
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
  const dial = ({ by, file, line, ...address }: FileAddress, how: 'read' | 'guessed'): Dial[] =>
    files
      .filter(({ path }) => path === file)
      .map(({ place }) => ({
        ...dialAt(workload, container, address, {
          ...{ variable: by, text: '', unset: false, in: file },
          ...(valueAt(place.doc.value, ['kind']) === 'Secret' ? { secret: true as const } : {}),
          place: { doc: place.doc, path: [...place.path, line] },
        }),
        known: how,
      }));
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

/** A `host` beside a `port`, and URLs, in a file of YAML or JSON. */
function structured({ path, text = '' }: MountedFile, usual: UsualPorts): FileAddress[] {
  if (!/\.(ya?ml|json)$/.test(path) || text.length > mostCharacters || !/host|:\/\//.test(text)) return [];
  const lines = new LineCounter();
  const documents = documentsOf(text, lines);
  const found: FileAddress[] = [];
  const lineOf = (at: number | undefined): number => (at === undefined ? 0 : lines.linePos(at).line - 1);
  for (const document of documents)
    // Aliases are not followed: no file may cost more than its size.
    visit(document, {
      Pair: (_, { key, value }) => {
        if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string') return;
        const by = String(key.value);
        const urls = addressesIn(value.value, usual).filter(
          ({ scheme, host }) => scheme !== '' && isHostName(host) && isDialled(by),
        );
        found.push(...urls.map((one) => ({ ...one, by, file: path, line: lineOf(value.range?.[0]) })));
      },
      Map: (_, map) => {
        const [host, port] = [map.get('host', true), map.get('port')];
        if (!isScalar(host) || typeof host.value !== 'string' || typeof port !== 'number') return;
        if (!isHostName(host.value)) return;
        const address = { scheme: '', host: host.value, port: String(port) };
        found.push({ ...address, by: 'host', file: path, line: lineOf(host.range?.[0]) });
      },
    });
  return found;
}

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
      const isPair = beginning !== undefined && isHostName(value) && /^\d+$/.test(port?.value ?? '');
      const pairs = isPair ? [{ scheme: '', host: value, port: port?.value ?? '' }] : [];
      return [...urls, ...pairs].map((address) => ({ ...address, by, file: path, line }));
    });
}
