import type { Address, Login } from '../../model/pack.ts';
import type { Place } from '../source.ts';

import type { EnvEntry } from './environment.ts';
import type { Container, Workload } from './workloads.ts';

/** A connection a container will open, as its manifests configure it. */
export interface Dial {
  readonly workload: Workload;
  readonly container: Container;
  readonly host: DialPart;
  readonly port: DialPart;
  readonly tls?: DialPart;
  /** Of a URL. */
  readonly scheme?: string;
  readonly login?: DialLogin;
  /** The secrets it sends: the target's own name of each, and the variable that holds it. */
  readonly secrets: readonly {
    readonly name: string;
    readonly entry: EnvEntry | undefined;
    readonly variable: string;
  }[];
  /** The program and port that should answer, where the model of the client names them. */
  readonly meant?: { readonly service: string; readonly port: string };
  /**
   * How it is known, where no variable states it: `read` from what can mean nothing else, such as a URL or the command
   * line of a known client; `guessed` from words that may mean something else.
   */
  readonly known?: 'read' | 'guessed';
  /** Of `word:number` alone, in a place that does not say that it is an address. */
  readonly bare?: true;
}

/** Who logs in, and where, as far as it is written. */
export type DialLogin = Readonly<Partial<Record<keyof Login, DialPart>>>;

/** A part of an address as it is written, or a variable's default where it is unset. */
export interface DialPart {
  /** What it is called by: a variable, an option, a program, or a directive of a file. */
  readonly variable: string;
  readonly text: string;
  readonly unset: boolean;
  readonly place: Place;
  /** Which part of what is written it is, where that is a URL or `host:port`; absent: all of it. */
  readonly part?: 'host' | 'port' | keyof Login;
  /** Where it is written, as in `in the script`; absent: in the environment. */
  readonly in?: string;
  /** From a Secret: never to be shown. */
  readonly secret?: true;
}

/**
 * The connection that an address means, which is a part of something written.
 * @param written where: the whole, or host and port each alone.
 */
export function dialAt(
  workload: Workload,
  container: Container,
  { scheme, host, port, login }: Address,
  written: DialPart | Pick<Dial, 'host' | 'port' | 'login'>,
): Dial {
  return {
    workload,
    container,
    ...('host' in written
      ? { ...written, host: { ...written.host, text: host }, port: { ...written.port, text: port } }
      : {
          host: { ...written, text: host, part: 'host' },
          port: { ...written, text: port, part: 'port' },
          ...(login ? { login: loginIn(written, login) } : {}),
        }),
    ...(scheme === '' ? {} : { scheme }),
    secrets: [],
  };
}

const loginIn = (written: DialPart, login: Login): DialLogin =>
  Object.fromEntries(
    (['user', 'password', 'database'] as const).flatMap((part) => {
      const text = login[part];
      return text === undefined ? [] : [[part, { ...written, text, part }]];
    }),
  );
