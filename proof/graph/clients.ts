import { isLoopback } from '../../model/loopback.ts';
import type { Client, Login } from '../../model/pack.ts';
import { addressesIn, isHostName, type FoundAddress, type UsualPorts } from './addresses.ts';

/** Programs of every image that scripts wait with. */
export const waiting: readonly Client[] = [
  { names: ['nc', 'ncat', 'netcat'], positional: true, valued: 'wiqspXxWGIOTMeo' },
  { names: ['telnet'], positional: true },
  {
    names: ['wait-for-it', 'wait-for', 'wait-for-port', 'wait4ports'],
    host: ['-h', '--host'],
    port: ['-p', '--port'],
  },
];

/** Where a command line says whom it dials. */
export interface Called extends FoundAddress {
  /** The option or program it is written behind. */
  readonly by: string;
  /** Whether another meaning of the words is possible. */
  readonly loose: boolean;
  /** Which word holds it. */
  readonly word: number;
  /** The option of the port, where it has one of its own, and its word. */
  readonly portAt?: Pick<Called, 'by' | 'word'>;
  /** Options of who logs in, and where. */
  readonly beside?: Readonly<Partial<Record<keyof Login, Option>>>;
}

/** Programs whose arguments are names of other things, or texts. */
const others =
  /^(chown|chgrp|chmod|install|docker|podman|crane|skopeo|git|echo|printf|print|sed|awk|grep|export|test|\[|\[\[|case|kill|tar|rsync|scp|ssh)$/;

/** Words of names that are about the process itself: where it listens, and how others are told to reach it. */
export const itself = 'listen|bind|advertis|external|public|origin|issuer|redirect|callback';

/** Options that are about the process itself, or not about a connection. */
const own = new RegExp(
  `${itself}|cors|image|user|owner|group|label|selector|tag|volume|mount|domain|allowed|(root|site|web)-?url|(?<!host)name$|^-?(H|header)$`,
  'i',
);

/** Options that take an address to dial. */
const dialling =
  /host|addr|server|broker|ur[li]|endpoint|upstream|target|store|peer|node|seed|join|proxy|zookeeper|bootstrap|cluster|remote|connect|wait/i;

/** Variables whose name says that they hold an address. */
const addresses =
  /(addr(ess(es)?)?|addrs|hosts?|host_?(name|port)|ur[li]s?|dsn|endpoints?|servers?|brokers?|upstreams?)(_?(list|string|\d+))?$/i;

/** What the name of a variable says of a `word:number` that it holds. */
export function meaningOf(name: string): 'address' | 'other' | 'unknown' {
  if (own.test(name)) return 'other';
  return addresses.test(name) ? 'address' : 'unknown';
}

/** So many words of one command are read. */
const mostWords = 500;

/** Every address that the words of a command name, by options, one after the other, or alone. */
export function calledIn(
  all: readonly string[],
  clients: readonly Client[],
  usual: UsualPorts,
): readonly Called[] {
  const words = all.slice(0, mostWords);
  const program = (words[0] ?? '').split('/').at(-1) ?? '';
  const caller = program.startsWith('-') || program === '' ? 'the command' : program;
  if (others.test(program)) return shellSockets(words);
  const client = clients.find(({ names }) => names.includes(program.replace(/\.sh$/, '')));
  return [
    ...(client ? byClient(words, client, program) : pairsIn(words)),
    ...wholeAddresses(words, usual, client !== undefined, caller),
    ...shellSockets(words),
  ];
}

export interface Option {
  readonly name: string;
  readonly value: string;
  readonly word: number;
}

/** `--host db`, `--host=db`, `-h db`, `-Dhost=db`. */
export const optionsIn = (words: readonly string[]): Option[] =>
  words.flatMap((text, word): Option[] => {
    const [, name, value] = /^(--?[A-Za-z][-\w.]*)(?:=(.*))?$/s.exec(text) ?? [];
    if (name === undefined) return [];
    if (value !== undefined) return [{ name, value, word }];
    const next = words[word + 1];
    return next === undefined || next.startsWith('-') ? [] : [{ name, value: next, word: word + 1 }];
  });

function byClient(words: readonly string[], client: Client, program: string): Called[] {
  const valueOf = (names: readonly string[] = []): Option | undefined =>
    optionsIn(words).find(({ name }) => names.includes(name)) ?? attached(words, names);
  const [host, port] = client.positional
    ? positional(words, client.valued ?? '')
    : [valueOf(client.host), valueOf(client.port)];
  const number = port?.value ?? client.usual?.toString();
  if (!host || !isHostName(host.value) || number === undefined || !/^\d+$/.test(number)) return [];
  return [
    {
      ...{ scheme: client.scheme ?? '', host: host.value, port: number, by: program },
      ...{ loose: false, word: (port ?? host).word },
      beside: withoutUnset({ user: valueOf(client.user), database: valueOf(client.database) }),
    },
  ];
}

const withoutUnset = (
  options: Readonly<Record<string, Option | undefined>>,
): Readonly<Record<string, Option>> =>
  Object.fromEntries(Object.entries(options).flatMap(([key, option]) => (option ? [[key, option]] : [])));

/** `-hdb`, as some clients take it. */
function attached(words: readonly string[], names: readonly string[]): Option | undefined {
  const short = names.filter((name) => /^-\w$/.test(name));
  return words.flatMap((text, word): Option[] => {
    const name = short.find((one) => text.startsWith(one) && text.length > one.length);
    return name === undefined ? [] : [{ name, value: text.slice(2), word }];
  })[0];
}

/** The first two words that are no options nor their values. */
function positional(words: readonly string[], valued: string): (Option | undefined)[] {
  if (words.some((word) => /^-\w*l/.test(word))) return [];
  const takes = (word = ''): boolean => /^-\w+$/.test(word) && valued.includes(word.at(-1) ?? '');
  const free = words.flatMap((value, word): Option[] =>
    word === 0 || value.startsWith('-') || takes(words[word - 1]) ? [] : [{ name: '', value, word }],
  );
  return [free[0], free[1]];
}

/** `--cache-host x --cache-port 1`. */
function pairsIn(words: readonly string[]): Called[] {
  const options = optionsIn(words);
  return options.flatMap(({ name, value, word }): Called[] => {
    const [, beginning] = /^(--?(?:[\w.-]*[-_.])?)(?:host|hostname|addr|address|server)$/i.exec(name) ?? [];
    if (beginning === undefined || own.test(name) || !isHostName(value)) return [];
    const port = options.find((other) => other.name.toLowerCase() === `${beginning}port`.toLowerCase());
    if (!port || !/^\d+$/.test(port.value)) return [];
    const loose = /^--?$/.test(beginning);
    const portAt = { by: port.name, word: port.word };
    const find = (...ends: string[]): Option | undefined =>
      options.find((one) =>
        ends.some((end) => one.name.toLowerCase() === `${beginning}${end}`.toLowerCase()),
      );
    const beside = loose
      ? {}
      : withoutUnset({ user: find('user', 'username'), database: find('database', 'name', 'dbname') });
    return [{ scheme: '', host: value, port: port.value, by: name, loose, word, portAt, beside }];
  });
}

/** Words and values of options that hold nothing but addresses, as written behind an option or the program. */
function wholeAddresses(
  words: readonly string[],
  usual: UsualPorts,
  isClient: boolean,
  program: string,
): Called[] {
  const options = optionsIn(words);
  // `-fsS`, `-XPOST` and the like stand before an address, and take none.
  const isTaking = ({ name }: Option): boolean => name.startsWith('--') || dialling.test(name);
  return words.flatMap((text, word) => {
    const option = options.find((one) => one.word === word);
    if ((word === 0 && !option) || (option && own.test(option.name))) return [];
    return addressesIn(option?.value ?? text.replace(/^[\w.-]+=/, ''), usual)
      .filter(({ host }) => isHostName(host) || isLoopback(host))
      .map((address) => ({
        ...address,
        by: option && isTaking(option) ? option.name : program,
        loose: address.scheme === '' && !isClient && !(option && dialling.test(option.name)),
        word,
      }));
  });
}

/** `< /dev/tcp/db/5432`, which bash opens itself. */
const shellSockets = (words: readonly string[]): Called[] =>
  words.flatMap((text, word) =>
    [...text.matchAll(/\/dev\/tcp\/([-\w.]+)\/(\d+)/g)].map(([, host = '', port = '']) => ({
      ...{ scheme: '', host, port },
      ...{ by: '/dev/tcp', loose: false, word },
    })),
  );
