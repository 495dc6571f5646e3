import { isLoopback } from '../../model/loopback.ts';
import { isListenAddress } from '../graph/addresses.ts';
import { optionsIn } from '../graph/clients.ts';
import { commandsIn, wordsOf } from '../graph/command-words.ts';
import { oncePer } from '../graph/once-per.ts';
import { scriptOf } from '../graph/shell.ts';
import type { Container } from '../graph/workloads.ts';
import type { Place } from '../source.ts';
import { inContainer } from './subject.ts';

/** Options and variables that say by their name where a program that is not known listens: `--listen=:8080`. */

export interface ToldPort {
  /** `--metrics-bind-address`. */
  readonly name: string;
  /** What listens there, `metrics`; empty: the program itself. */
  readonly topic: string;
  readonly port: number;
  /** Whether only the pod itself reaches it there. */
  readonly isOwn: boolean;
  readonly place: Place;
}

const listenOption = /^--?(?:([a-z][-.a-z]*?)[-.])?(?:listen|bind)(?:[-.]?addr(?:ess)?)?$/i;
const addressOption = /^--?(?:([a-z][-.a-z]*?)[-.])?addr(?:ess)?$/i;
const portOption = /^--?(?:([a-z][-.a-z]*?)[-.])?port$/i;
const hostOption = /^--?(?:[a-z][-.a-z]*?[-.])?(?:host|hostname|addr|address|server)$/i;
const listenVariable = /^(?:([A-Z][A-Z0-9_]*)_)?(?:LISTEN(?:ERS)?|BIND|URLS)(?:_?ADDR(?:ESS)?)?$/;
const portVariable = /^(?:([A-Z][A-Z0-9_]*)_)?(?:LISTEN|SERVER|HTTP|UI)_PORTS?$/;

/** Words that say nothing of which of its ports it is. */
export const ofProgram = /^(web|http|https|server|secure|api|)$/i;

export const toldPorts = oncePer((container: Container): readonly ToldPort[] => {
  // Of a script its last command is what goes on running.
  const words = commandsIn(container).at(-1) ?? [];
  const options = optionsIn(words);
  // Beside a host that is elsewhere, a port is that host's.
  const isClient = options.some(
    ({ name, value }) => hostOption.test(name) && /^[a-z]/i.test(value) && !isLoopback(value),
  );
  return [
    ...options.flatMap(({ name, value }): ToldPort[] => {
      const place = placeOf(container, name);
      const told = byAddress(container, name, value) ?? (isClient ? undefined : byNumber(name, value));
      return told ? [{ ...told, name, place }] : [];
    }),
    ...container.env.flatMap(({ name, value = '', place }): ToldPort[] => {
      const [listens, port] = [listenVariable.exec(name), portVariable.exec(name)];
      const found = listens ? value.split(/[,;]/).flatMap((one) => listened(one) ?? []) : [];
      if (port && isOfProgram(container, port[1]) && /^[1-9]\d*$/.test(value))
        found.push({ port: Number(value), isOwn: false });
      const topic = topicOf(container, (listens ?? port)?.[1]);
      // What several listeners are for is said elsewhere.
      return found.length === 1 ? found.map((one) => ({ ...one, name, topic, place })) : [];
    }),
  ];
});

/** Beginnings of variables that are of a port beside the program's own. */
const besides = /^(management|metrics|admin|health|debug|grpc)(_|$)/i;

/** Those of programs that are not called like them: Grafana's, Keycloak's, Kestrel's. */
const aliases = /^(gf_server|kc|aspnetcore|kestrel)$/i;

/** Whether a variable is the program's own, by the name of its image; and not of a server that it dials. */
function isOfProgram({ spec, variables }: Container, beginning = ''): boolean {
  const called = spec.image?.toLowerCase().replaceAll('-', '_') ?? '';
  const hosts = ['', 'SERVER_', 'HTTP_'].flatMap((middle) =>
    ['HOST', 'HOSTNAME', 'ADDR', 'ADDRESS', 'NAME', 'URL'].map(
      (end) => `${beginning === '' ? '' : `${beginning}_`}${middle}${end}`,
    ),
  );
  const isClient = hosts.some((name) => {
    const value = variables.get(name)?.value ?? '';
    return value !== '' && !isListenAddress(value) && !isLoopback(value);
  });
  return (
    !isClient &&
    (besides.test(beginning) || aliases.test(beginning) || called.includes(beginning.toLowerCase()))
  );
}

/** What listens there by the beginning of a variable; the program itself where that is called like it. */
const topicOf = (container: Container, beginning = ''): string =>
  !besides.test(beginning) && isOfProgram(container, beginning)
    ? ''
    : (besides.exec(beginning)?.[1] ?? beginning).toLowerCase().replaceAll('_', '-');

type Told = Omit<ToldPort, 'name' | 'place'>;

/** `:8080`, `0.0.0.0:8080`, `127.0.0.1:8080`, `:8080/tcp`, `http://+:8080`. */
function listened(value: string): Omit<Told, 'topic'> | undefined {
  const [, written = '', port] = /^(?:[a-z]+:\/\/)?(.*):([1-9]\d*)(?:\/(?:tcp)?)?$/i.exec(value) ?? [];
  const host = written === '+' ? '*' : written;
  const isOwn = isLoopback(host);
  return port !== undefined && (host === '' || isOwn || isListenAddress(host))
    ? { port: Number(port), isOwn }
    : undefined;
}

/** By an option that does not say that it listens, only what can mean nothing else: an address of nobody, or a port it declares. */
function byAddress({ spec }: Container, name: string, value: string): Told | undefined {
  const listens = listenOption.exec(name);
  const said = listens ?? addressOption.exec(name);
  const named = spec.ports.find((port) => isCalledAfter(name, port.name) && /^:\d+$/.test(value))?.name;
  const address = said || named ? listened(value) : undefined;
  if (!address) return undefined;
  const isOpened = spec.ports.some(({ containerPort }) => containerPort === address.port);
  return listens || !address.isOwn || isOpened ? { ...address, topic: said?.[1] ?? named ?? '' } : undefined;
}

/** `--validating-webhook=:8443` is of the port `webhook`. */
const isCalledAfter = (option: string, port = ''): boolean =>
  !ofProgram.test(port) && `-${option}`.toLowerCase().endsWith(`-${port.toLowerCase()}`);

function byNumber(name: string, value: string): Told | undefined {
  const [option, topic = ''] = portOption.exec(name) ?? [];
  return option !== undefined && /^[1-9]\d*$/.test(value)
    ? { topic, port: Number(value), isOwn: false }
    : undefined;
}

/** The word of an option. */
function placeOf(container: Container, name: string): Place {
  const found = (['command', 'args'] as const).flatMap((field) =>
    container.spec[field].flatMap((word, index) =>
      word === name || word.startsWith(`${name}=`) ? [inContainer(container, field, index)] : [],
    ),
  );
  const script = scriptOf(wordsOf(container))?.index ?? 0;
  const { length } = container.spec.command;
  return (
    found[0] ??
    (script < length
      ? inContainer(container, 'command', script)
      : inContainer(container, 'args', script - length))
  );
}
