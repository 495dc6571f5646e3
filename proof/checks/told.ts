import type { Listening, Server } from '../../model/pack.ts';
import { mountsOf, placeOfSetting, type Mount } from '../graph/files.ts';
import { imageFactsOf, isServer } from '../graph/images.ts';
import { oncePer } from '../graph/once-per.ts';
import { processOf } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Place } from '../source.ts';
import { serverOf, valueOf } from './servers.ts';
import { inContainer, type Subject } from './subject.ts';

/** What a process is told about where to listen, by its command, its variables or its files. */
export interface Told {
  readonly workload: Workload;
  readonly container: Container;
  readonly program: string;
  readonly addresses: readonly (Omit<Listening, 'in'> & {
    readonly place: Place;
    /** Whether nothing says the address, so that it is the program's default. */
    readonly usualHost?: boolean;
  })[];
  /** Whether it opens no other port. */
  readonly only: boolean;
}

/** What each container that runs with the pod is told, as far as its server is known. */
export const toldIn = oncePer(
  (subject: Subject): ReadonlyMap<Container, Told> =>
    new Map(
      subject.graph.workloads.flatMap((workload) =>
        workload.containers
          .filter(({ init }) => !init)
          .flatMap((container): [Container, Told][] => {
            const told =
              toldByCommand(subject, workload, container) ??
              toldByImage(subject, workload, container) ??
              toldByProgram(subject, workload, container);
            return told ? [[container, told]] : [];
          }),
      ),
    ),
);

function toldByCommand({ beside }: Subject, workload: Workload, container: Container): Told | undefined {
  const started = serverOf(container, beside.servers);
  if (!started) return undefined;
  const { name, server, words } = started;
  const isElsewhere = words.some((word) => server.instead?.includes(word.split('=')[0] ?? ''));
  const addresses = isElsewhere ? [] : addressesOf(server, words, container);
  return { workload, container, program: name, only: false, addresses };
}

function addressesOf(server: Server, words: readonly string[], container: Container): Told['addresses'] {
  const said = saidIn(words, server, container);
  const place = inContainer(container, container.spec.command.length > 0 ? 'command' : 'args');
  const host = said.host ?? server.usual?.host;
  // Without any port, it is probably the one that is declared.
  const port = said.port ?? server.usual?.port ?? (host && container.spec.ports[0]?.containerPort);
  if (typeof port !== 'number') return [];
  const usual = { usualPort: said.port === undefined, usualHost: said.host === undefined };
  const tls = server.tls && { tls: words.some((word) => server.tls?.includes(word.split('=')[0] ?? '')) };
  return [{ port, place, ...usual, ...tls, ...(host === undefined ? {} : { host }) }];
}

/** The address that options, else variables, tell a server. */
function saidIn(
  words: readonly string[],
  { host, port, variables = {} }: Server,
  { variables: given }: Container,
): { readonly host?: string | undefined; readonly port?: number } {
  const variable = (called: string | undefined): string | undefined => given.get(called ?? '')?.value;
  const bound = valueOf(words, host) ?? variable(variables.host);
  const [, address = bound, behind] = /^(.*):(\d+)$/.exec(bound ?? '') ?? [];
  const number = Number(valueOf(words, port) ?? behind ?? variable(variables.port));
  return { host: address, ...(Number.isInteger(number) ? { port: number } : {}) };
}

/** Only where all of its environment is known, and the command is the image's own or its arguments. */
function toldByImage({ graph, beside }: Subject, workload: Workload, container: Container): Told | undefined {
  const { product, facts } = imageFactsOf(beside.images, workload, container);
  const known = facts.find(({ listens }) => listens !== undefined);
  if (!known?.listens || !container.envKnown) return undefined;
  const running = processOf(graph, workload, container);
  if (!isServer(running, known, product)) return undefined;
  if (known.settings !== undefined && !isFolderKnown(mountsOf(graph, workload, container), known.settings))
    return undefined;
  const addresses = known.listens(running);
  return (
    addresses && {
      ...{ workload, container, program: known.name ?? product, only: known.listensOnly ?? false },
      addresses: addresses.map(({ in: where, ...address }) => ({
        ...address,
        place: placeOfSetting(graph, workload, container, where),
      })),
    }
  );
}

/** A program that is known whole, and is told each of its ports. */
function toldByProgram({ knownIn }: Subject, workload: Workload, container: Container): Told | undefined {
  const known = knownIn(container);
  if (!known) return undefined;
  const told = known.program.facts.told(known.running);
  const place = inContainer(container, container.spec.command.length > 0 ? 'command' : 'args');
  const addresses = Object.keys(known.opens).flatMap((name) => {
    const port = told[name];
    return port === undefined ? [] : [{ port, place }];
  });
  const isWhole = addresses.length === Object.keys(known.opens).length;
  return isWhole
    ? { workload, container, program: known.program.facts.name, only: true, addresses }
    : undefined;
}

/** Whether the text of every file is known that a volume puts into a folder. */
const isFolderKnown = (mounts: readonly Mount[], folder: string): boolean =>
  mounts
    .filter(({ path }) => `${path}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${path}/`))
    .every(({ files }) => files?.every(({ text }) => text !== undefined) ?? false);
