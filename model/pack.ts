import type { Memory, Process, SettingProblem } from './program.ts';

/**
 * What is known of programs that people run beside those of a kind, as data and functions of data: `mooring verify` holds
 * manifests against it.
 */
export interface ProgramPack {
  readonly images?: readonly ImageFacts[];
  /** Servers of own images, by the first word of a command. */
  readonly servers?: readonly Server[];
  /** Programs that scripts dial with. */
  readonly clients?: readonly Client[];
  /** By the scheme of a URL. */
  readonly schemes?: Readonly<Record<string, SchemeFacts>>;
}

/** What a URL with a scheme says of the server. */
export interface SchemeFacts {
  readonly speaks: Speech;
  /** Where the URL names none. */
  readonly port?: number;
  /** Whether it speaks TLS; absent: the two negotiate it. */
  readonly tls?: boolean;
}

/** Where a connection leads, as it is written. */
export interface Address {
  /** Empty where none is written, as in `host:1234`. */
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  /** As far as a URL says. */
  readonly login?: Login;
}

/** Who logs in, and where. */
export interface Login {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

/** Who may log in to a store that its image makes at its first start. */
export interface Account {
  readonly user: string;
  /** The variable with the password. */
  readonly password: string;
  /** What it is made with; absent: any. */
  readonly databases?: readonly string[];
  /** The variable that names the first of them, which may be unset. */
  readonly database?: string;
}

/** What a port speaks, as far as a client's URL says what it expects. The last three have no scheme. */
export type Speech =
  | 'http'
  | 'grpc'
  | 'resp'
  | 'bolt'
  | 'postgres'
  | 'mysql'
  | 'mongodb'
  | 'amqp'
  | 'kafka'
  | 'clickhouse'
  | 'cql'
  | 'transport';

/** What is known of an image that people run beside their own, as its documentation has it. */
export interface ImageFacts {
  /** What the annotation that says what a container runs calls it, and what messages do. */
  readonly name?: string;
  /** Its repositories, without registry and tag. */
  readonly image: RegExp;
  /** Its usual ports. */
  readonly speaks?: Readonly<Record<number, Speech>>;
  /** Ports it may open besides, of what no URL is for. */
  readonly opens?: readonly number[];
  /** The programs of the image that are it; absent: the one of its name. Where another is started, nothing is known. */
  readonly servers?: readonly string[];
  /** Where it is told to listen; `undefined` where that is not known. */
  readonly listens?: (running: Process) => readonly Listening[] | undefined;
  /** The folder of the files that say so: where one is there whose text is not known, nothing is known. */
  readonly settings?: string;
  /** Whether these are all ports it opens, so that no other can be led to. */
  readonly listensOnly?: boolean;
  /** Folders it writes to wherever its data is: one mount at or above each, by itself or another name of it. */
  readonly scratch?: (product: string, running: Process) => readonly (readonly string[])[];
  /** Whether it can write there only as root. */
  readonly rootWrites?: boolean;
  /** The user its image starts as; 0 is root. */
  readonly user?: number;
  /** The beginning of the variables it takes for its settings. */
  readonly prefix?: (product: string) => string;
  /** In its configuration: that a setting it does not know does not matter. */
  readonly lenient?: RegExp;
  /** The memory it is configured to take. */
  readonly memory?: (running: Process) => readonly Memory[];
  /** Who may log in, where nothing else makes users. */
  readonly accounts?: (env: Process['env']) => readonly Account[];
  /** What a client must send that names no user of its own; absent: nothing is known. Never to be shown. */
  readonly password?: (running: Process) => string | undefined;
  /** The connections that its configuration files name. */
  readonly addresses?: (running: Process) => readonly FileAddress[];
  /** How it fails as it is configured. */
  readonly problems?: (started: Started) => readonly SettingProblem[];
}

/** A known image as the manifests start it. */
export interface Started {
  readonly running: Process;
  readonly tag: string;
  /** Folders with volumes. */
  readonly mounted: readonly string[];
}

/** One address a process listens on. */
export interface Listening {
  readonly port: number;
  /** Absent: every address of the pod. */
  readonly host?: string;
  /** The variable or file that says so; empty: the command. */
  readonly in: string;
  /** Whether nothing says the port, so that it is the image's default. */
  readonly usualPort?: boolean;
  /** Whether it speaks TLS there; absent: not known. */
  readonly tls?: boolean;
}

/** A server of own images that is told by its command where to listen. */
export interface Server {
  readonly names: readonly string[];
  /** Its name is a verb that others take, as in `ollama serve`: it is meant where it is the command, or behind these. */
  readonly behind?: RegExp;
  readonly port: readonly string[];
  readonly host: readonly string[];
  /** Variables that say the same. */
  readonly variables?: { readonly host?: string; readonly port?: string };
  /** A variable with more options, which those of the command replace. */
  readonly options?: string;
  /** Where it listens if nothing is said. */
  readonly usual?: { readonly host?: string; readonly port: number };
  /** Options by which it speaks TLS, and without which it does not. */
  readonly tls?: readonly string[];
  /** Options that replace all of these, such as of a socket or a file of settings. */
  readonly instead?: readonly string[];
  /** As of an image. */
  readonly scratch?: (words: readonly string[]) => readonly (readonly string[])[];
}

/** An address in a configuration file. */
export interface FileAddress extends Address {
  /** The directive it belongs to. */
  readonly by: string;
  readonly file: string;
  /** Of the file, from 0. */
  readonly line: number;
  /** The directive of the port, where it has one of its own, and its line. */
  readonly portAt?: { readonly by: string; readonly line: number };
}

/** A program that is told by its command line whom to dial. */
export interface Client {
  readonly names: readonly string[];
  /** Options that take a host, and a port. */
  readonly host?: readonly string[];
  readonly port?: readonly string[];
  /** Options that take a user, and a database. */
  readonly user?: readonly string[];
  readonly database?: readonly string[];
  /** The port where none is written. */
  readonly usual?: number;
  /** The scheme of a URL to the same. */
  readonly scheme?: string;
  /** It takes a host and a port one after the other. */
  readonly positional?: true;
  /** Options with a letter that take a value, where `positional` words must be told from values. */
  readonly valued?: string;
}
