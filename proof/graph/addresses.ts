import { isIPv4 } from 'node:net';
import type { Address } from '../../model/pack.ts';

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
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const found: FoundAddress[] = [];
  for (const part of parts.length > 1 ? parts : []) {
    // In `amqp://one:5672,two:5672` the scheme is of both.
    const shared = found[0]?.scheme;
    const address = addressOf(part, usual) ?? (shared ? addressOf(`${shared}://${part}`, usual) : undefined);
    if (!address) return [];
    found.push(address);
  }
  return found;
}

/** With an `@` further on, what looks like the host may be part of a password. */
function addressOf(text: string, usual: UsualPorts): FoundAddress | undefined {
  const match = /^(?:jdbc:)?([a-z][-+.a-z0-9]*):\/\/(?:([^/@\s]*)@)?([-\w.]+)(?::(\d+))?([/?#][^@]*)?$/i.exec(
    text,
  );
  if (!match) return bareAddress(text);
  const [, written = '', userInfo, host, number, rest] = match;
  const scheme = written.toLowerCase();
  const port = number ?? usualPort(scheme, usual)?.toString();
  return host === undefined || port === undefined || isListenAddress(host)
    ? undefined
    : { scheme, host, port, ...loginIn(userInfo, rest) };
}

/** `user:password` and `/database?…`, percent-encoded. */
function loginIn(userInfo = '', rest = ''): Pick<FoundAddress, 'login'> {
  const [user, password, database] = [
    ...(/^([^:]+)(?::(.*))?$/.exec(userInfo)?.slice(1, 3) ?? [undefined, undefined]),
    /^\/([^/?#]+)/.exec(rest)?.[1],
  ].map(decoded);
  if (user === undefined) return {};
  return {
    login: {
      user,
      ...(password === undefined ? {} : { password }),
      ...(database === undefined ? {} : { database }),
    },
  };
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** No name of DNS that a Service has begins with a digit: `02:30` is a time, and `1000:1000` an owner. */
function bareAddress(text: string): FoundAddress | undefined {
  const [, host = '', port = ''] = /^([-a-z0-9.]+):(\d{2,5})$/i.exec(text) ?? [];
  const isHost = isHostName(host) || isIPv4(host);
  return isHost && !isListenAddress(host) && Number(port) <= mostPort
    ? { scheme: '', host, port, ...(inCluster.test(host) ? {} : { bare: true }) }
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

/** `host=db port=5432 dbname=shop`, `Server=db;Port=3306`, `user@tcp(db:3306)/shop`. */
function connectionString(text: string): Address | undefined {
  const [, host, port] = /@tcp\(([-\w.]+):(\d+)\)\//.exec(text) ?? [];
  if (host !== undefined && port !== undefined) return { scheme: '', host, port };
  const pairs = text.split(/\s*;\s*|\s+/).filter((part) => part !== '');
  if (pairs.length < 2 || !pairs.every((pair) => /^\w+=/.test(pair))) return undefined;
  const valueOf = (names: RegExp): string | undefined =>
    pairs.find((pair) => names.test(pair))?.replace(/^\w+=/, '');
  const [named, number] = [valueOf(/^(host|server)=/i), valueOf(/^port=/i)];
  return named !== undefined && isHostName(named) && number !== undefined && /^\d+$/.test(number)
    ? { scheme: '', host: named, port: number }
    : undefined;
}

/** A name that may be a Service's, with or without its namespace. */
export const isHostName = (text: string): boolean => /^[a-z]([-a-z0-9.]*[a-z0-9])?$/i.test(text);
