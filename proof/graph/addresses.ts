import { isIPv4 } from 'node:net';
import type { Address, Login } from '../../model/pack.ts';

/** Addresses as people write them: URLs, `host:port`, lists of these, and the connection strings of databases. */

/** Scheme → the port of a URL that names none. */
export type UsualPorts = Readonly<Record<string, number>>;

export const webPorts: UsualPorts = { http: 80, https: 443, ws: 80, wss: 443 };

/** An address as it is found in a text. */
export interface FoundAddress extends Address {
  /** `word:number` and no more, which may as well be an image and its tag, an owner and a group, or a key and its value. */
  readonly bare?: true;
}

/** Longer texts are no lists of addresses. */
const mostCharacters = 4000;

/** Every address of a text that holds nothing else, between commas, semicolons or spaces. */
export function addressesIn(text: string, usual: UsualPorts = webPorts): FoundAddress[] {
  if (text.length > mostCharacters) return [];
  const alone = addressOf(text, usual) ?? connectionString(text);
  if (alone) return [alone];
  // `BlobEndpoint=http://files:10000/one;QueueEndpoint=http://files:10001/one`
  const urls = (settingsIn(text) ?? []).flatMap(([, value]) => addressOf(value, usual) ?? []);
  if (urls.some(({ scheme }) => scheme !== '')) return urls.filter(({ scheme }) => scheme !== '');
  const texts = textsOfJson(text);
  // Of what JSON holds, only a URL is certain to be an address.
  if (texts) return texts.flatMap((one) => addressesIn(one, usual).filter(({ scheme }) => scheme !== ''));
  return listedIn(text, usual);
}

function listedIn(text: string, usual: UsualPorts): FoundAddress[] {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const found: FoundAddress[] = [];
  for (const part of parts.length > 1 ? parts : []) {
    const last = found.at(-1);
    const [, option, value] = /^([a-z]\w*)=(?!\w+:\/\/)(.*)$/i.exec(part) ?? [];
    if (last && option !== undefined) {
      found.splice(-1, 1, withOption(last, option, value));
      continue;
    }
    // In `amqp://one:5672,two:5672` the scheme is of both; members of a cluster stand behind their names: `one=http://one:2380`.
    const shared = found[0]?.scheme;
    const alone = part.replace(/^[-\w]+=(?=\w+:\/\/)/, '');
    const address = addressOf(alone, usual) ?? (shared ? addressOf(`${shared}://${part}`, usual) : undefined);
    if (!address) return [];
    found.push(address);
  }
  return found;
}

/** What follows an address is said of it: `cache:6379,password=x,ssl=false`, `jdbc:sqlserver://store:1433;encrypt=false`. */
function withOption({ scheme, host, port, login }: FoundAddress, option: string, value = ''): FoundAddress {
  const password = /^(password|pwd)$/i.test(option) && value !== '' ? { password: value } : {};
  return { scheme, host, port, login: { ...login, ...password } };
}

/** Every text of a list or map in JSON; `undefined` where a text is none. */
function textsOfJson(text: string): string[] | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const texts: string[] = [];
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === 'string') texts.push(value);
      return undefined;
    });
    return texts;
  } catch {
    return undefined;
  }
}

/** As gRPC has it: `dns:///api:50051`, `dns:api:50051`. */
const named = /^(?:dns|passthrough):(?:\/\/[^/]*\/)?(?=[a-z])/i;

/** With an `@` further on, what looks like the host may be part of a password. */
function addressOf(written: string, usual: UsualPorts): FoundAddress | undefined {
  const text = written.replace(named, 'grpc://');
  const match = /^(?:jdbc:)?([a-z][-+.a-z0-9]*):\/\/(?:([^/@\s]*)@)?([-\w.]+)(?::(\d+))?([/?#][^@]*)?$/i.exec(
    text,
  );
  if (!match) return bareAddress(text);
  const [, before = '', userInfo, host, number, rest] = match;
  const scheme = before.toLowerCase();
  const port = number ?? usualPort(scheme, usual)?.toString();
  return host === undefined || port === undefined || isListenAddress(host)
    ? undefined
    : { scheme, host, port, ...loginIn(userInfo, rest) };
}

/** `user:password` and `/database?…`, percent-encoded. */
function loginIn(userInfo = '', rest = ''): Pick<FoundAddress, 'login'> {
  const [user, password, database] = [
    ...(/^([^:]*)(?::(.*))?$/.exec(userInfo)?.slice(1, 3) ?? [undefined, undefined]),
    /^\/([^/?#]+)/.exec(rest)?.[1],
  ].map(decoded);
  return loginOf({ user, password, database });
}

/** What is there of it. */
function loginOf(parts: Readonly<Record<keyof Login, string | undefined>>): Pick<FoundAddress, 'login'> {
  const found = Object.entries(parts).filter(([, text]) => text !== undefined && text !== '');
  return found.length === 0 ? {} : { login: Object.fromEntries(found) };
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * No name of DNS that a Service has begins with a digit: `02:30` is a time, and `1000:1000` an owner. Members of a quorum
 * are told with their numbers: `0@queue-0.queue-peers:9093`.
 */
function bareAddress(text: string): FoundAddress | undefined {
  const [, number, host = '', port = ''] = /^(\d+@)?([-a-z0-9.]+):(\d{2,5})$/i.exec(text) ?? [];
  const isHost = isHostName(host) || isIPv4(host);
  return isHost && !isListenAddress(host) && Number(port) <= mostPort
    ? { scheme: '', host, port, ...(inCluster.test(host) || number !== undefined ? {} : { bare: true }) }
    : undefined;
}

const mostPort = 65_535;

/** `queue.shop.svc`, which is nothing but a Service. */
const inCluster = /\.svc(\.|$)/i;

/** `postgresql+asyncpg` is a driver's name for the same; with `+srv` the port is asked of DNS. */
const usualPort = (scheme: string, usual: UsualPorts): number | undefined => {
  const base = scheme.replace(/\+(?!srv).*$/, '');
  return Object.hasOwn(usual, base) ? usual[base] : undefined;
};

/** An address that a server listens on, which no client dials. */
export const isListenAddress = (text: string): boolean => /^(0\.0\.0\.0|::|\[::\]|\*)$/.test(text);

/** `host=db port=5432 dbname=shop`, `Data Source=db,1433;User Id=sa`, `user@tcp(db:3306)/shop`. */
function connectionString(text: string): Address | undefined {
  const [, user, password, host, port, database] =
    /^(?:([^:@/]+)(?::(.*))?)?@tcp\(([-\w.]+):(\d+)\)\/([^?]*)/.exec(text) ?? [];
  if (host !== undefined && port !== undefined)
    return { scheme: '', host, port, ...loginOf({ user, password, database }) };
  const settings = settingsIn(text) ?? [];
  const valueOf = (names: RegExp): string | undefined => settings.find(([key]) => names.test(key))?.[1];
  const [, called = '', behind] =
    /^(?:tcp:)?([^:,\\]+)(?:[:,](\d+))?$/.exec(valueOf(/^(host|server|data ?source|addr(ess)?)$/) ?? '') ??
    [];
  const number = behind ?? valueOf(/^port$/);
  return isHostName(called) && number !== undefined && /^\d+$/.test(number)
    ? {
        ...{ scheme: '', host: called, port: number },
        ...loginOf({
          user: valueOf(/^(user|username|uid|user ?id)$/),
          password: valueOf(/^(password|pwd)$/),
          database: valueOf(/^(dbname|database|initial ?catalog)$/),
        }),
      }
    : undefined;
}

/** The server of a connection string that names no port, since its driver knows one: `Server=store;Database=shop`. */
export function serverIn(text: string): string | undefined {
  const settings = (text.includes(';') && settingsIn(text)) || [];
  const valueOf = (names: RegExp): string | undefined => settings.find(([key]) => names.test(key))?.[1];
  const [, server = ''] = /^(?:tcp:)?([^:,\\]+)/.exec(valueOf(/^(server|data ?source)$/) ?? '') ?? [];
  const isOfStore = valueOf(/^(database|initial ?catalog|user ?id|uid)$/) !== undefined;
  return isOfStore && isHostName(server) ? server : undefined;
}

/** Keys, in lower case, and values between semicolons, else spaces, where a text holds nothing else. */
function settingsIn(text: string): [string, string][] | undefined {
  const parts = (text.includes(';') ? text.split(';') : text.split(/\s+/)).filter(
    (part) => part.trim() !== '',
  );
  const found = parts.flatMap((part): [string, string][] => {
    const [, key, value = ''] = /^\s*(\w[\w ]*?)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    return key === undefined ? [] : [[key.toLowerCase(), value]];
  });
  return found.length > 1 && found.length === parts.length ? found : undefined;
}

/** A name that may be a Service's, with or without its namespace. */
export const isHostName = (text: string): boolean => /^[a-z]([-a-z0-9.]*[a-z0-9])?$/i.test(text);
