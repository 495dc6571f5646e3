import type { Memory, Process, SettingProblem } from '../../model/program.ts';
import { repositoryOf } from '../../model/image-repository.ts';
import type { Address, UsualPorts } from './addresses.ts';
import type { Client } from './clients.ts';
import { saidProgram } from './programs.ts';
import type { Container, Workload } from './workloads.ts';

/** What a port speaks, as far as a client's URL says what it expects. */
export type Speech = 'http' | 'grpc' | 'resp' | 'bolt' | 'postgres' | 'mysql' | 'mongodb' | 'amqp' | 'kafka';

/** What is known of an image that people run beside their own, as its documentation has it. */
export interface ImageFacts {
  /** What the annotation that says what a container runs calls it, and what messages do. */
  readonly name?: string;
  /** Its repositories, without registry and tag. */
  readonly image: RegExp;
  /** Its usual ports. */
  readonly speaks?: Readonly<Record<number, Speech>>;
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
}

/** A server of own images that is told by its command where to listen. */
export interface Server {
  readonly names: readonly string[];
  readonly port: readonly string[];
  readonly host: readonly string[];
  /** Variables that say the same. */
  readonly variables?: { readonly host?: string; readonly port?: string };
  /** Where it listens if nothing is said. */
  readonly usual?: { readonly host?: string; readonly port: number };
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
}

/** What the packs know of images, servers, clients and schemes. */
export interface KnownPrograms {
  readonly images: readonly ImageFacts[];
  readonly servers: readonly Server[];
  readonly clients: readonly Client[];
  /** Scheme of a URL, without what follows a `+`, → what is spoken. */
  readonly schemes: Readonly<Record<string, Speech>>;
  /** Scheme → port. */
  readonly usual: UsualPorts;
}

/** Everything known of what a container runs, by the annotation or its image, with the name of the product. */
export function imageFactsOf(
  images: readonly ImageFacts[],
  workload: Workload,
  container: Container,
): { readonly product: string; readonly facts: readonly ImageFacts[] } {
  const said = saidProgram(workload, container);
  const named = images.filter(({ name }) => name !== undefined && name === said);
  const repository = repositoryOf(container.spec.image ?? '');
  const facts = named.length > 0 ? named : images.filter(({ image }) => image.test(repository));
  return { product: named[0]?.name ?? repository.split('/').at(-1) ?? repository, facts };
}
