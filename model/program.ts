import type { EnvResult, EnvText } from './env.ts';
import { repositoryOf } from './image-repository.ts';
import { isWorkload, type Service, type Workload } from './stack.ts';

/**
 * Facts about how a program reads its configuration, beyond the model: which port it really opens, whether it speaks
 * TLS, where it writes. `mooring verify` compares rendered manifests with them.
 */

/** A process as its manifests start it. */
export interface Process {
  /** Every variable whose text is known. */
  readonly env: Readonly<Record<string, string>>;
  /** Of a variable that refers to another, the text before the reference: `admin/` of `admin/$(PASSWORD)`. */
  readonly beginnings: Readonly<Record<string, string>>;
  /** The names of all its variables, those from Secrets kept elsewhere too. */
  readonly names: ReadonlySet<string>;
  /** The files mounted for it whose text is known. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Command and arguments, scripts unsplit. */
  readonly command: readonly string[];
  /** The same as simple commands: those of a script each for itself, with `notKnown` for what only the shell knows. */
  readonly commands: readonly (readonly string[])[];
}

/** In the place of what is not known before a script runs: part of no value. */
export const notKnown = '\u0000';

/** Programs that start another: entrypoints of images, and what runs a command as somebody else or as process 1. */
const wrapper = /^(.*entrypoint(\.sh)?|tini|dumb-init|catatonit|gosu|su-exec|setpriv|env|nice|exec)$/;

/** What these are followed by is a user: `gosu postgres psql`. */
const asUser = /^(gosu|su-exec)$/;

const nameIn = (word = ''): string => word.split('/').at(-1) ?? '';

/**
 * The words that one of some servers is started with: those behind its name. Where the first word is an option or a file of settings, all of
 * them, since the entrypoints of official images put their server before it. `undefined` where something else is started.
 */
export function argumentsOf(
  { commands }: Pick<Process, 'commands'>,
  servers: readonly string[],
): readonly string[] | undefined {
  const [first = []] = commands;
  if (first.length === 0 || /^-|\.conf$/.test(first[0] ?? '')) return first;
  return commands
    .flatMap((words): (readonly string[])[] => {
      const at = words.findIndex(
        (word, index) => servers.includes(nameIn(word)) && !asUser.test(nameIn(words[index - 1])),
      );
      return at === 0 || (at > 0 && wrapper.test(nameIn(words[0]))) ? [words.slice(at + 1)] : [];
    })
    .at(-1);
}

/**
 * The files of settings that one of some servers reads: the one it is given; else the only one that is there, or those of
 * its usual name, since what lies beside it may be another program's.
 */
export function settingsOf(
  running: Pick<Process, 'commands' | 'files'>,
  servers: readonly string[],
): Process['files'] {
  const all = running.files.filter(({ path }) => path.endsWith('.conf'));
  const given = argumentsOf(running, servers)?.[0];
  const named = all.filter(({ path }) => path === given);
  if (named.length > 0 || all.length < 2) return named.length > 0 ? named : all;
  const products = servers.map((server) => `${server.replace(/-server$/, '')}.conf`);
  return all.filter(({ path }) => products.includes(nameIn(path)));
}

/** Whether a container of an image runs one of the image's clients, and not its server. */
export const runsClient = (
  running: Pick<Process, 'commands'>,
  { server, clients = [] }: ProgramFacts,
): boolean =>
  server !== undefined &&
  argumentsOf(running, [server]) === undefined &&
  argumentsOf(running, clients) !== undefined;

/** One setting the program would refuse or misread. */
export interface SettingProblem {
  /** The variable or the file's path it is written in; else the command. */
  readonly in: string;
  readonly message: string;
  readonly fix: string;
  /** The program takes it, and does what is probably not meant. Absent: it refuses to start. */
  readonly severity?: 'warning';
}

/** What an HTTP port of a program answers. */
export interface Answers {
  /** Paths that do not depend on its dependencies: for start-up and liveness. */
  readonly alive: readonly string[];
  /** Paths that succeed only when it may be sent requests. */
  readonly ready: readonly string[];
}

/** A folder that must outlive the pod or need not, or a file in one. */
export interface Write {
  /** The variable or file that says so. */
  readonly in: string;
  readonly path: string;
  readonly how: 'kept' | 'scratch' | 'file';
}

export interface Memory {
  /** The variable or file that says so. */
  readonly in: string;
  readonly says: string;
  readonly mebibytes: number;
}

/** How a client asks a program one question that changes nothing. */
export type DialProtocol =
  | { readonly protocol: 'resp' | 'bolt' | 'tcp' }
  | {
      readonly protocol: 'http';
      readonly path: string;
      /** The header that carries the key; absent: none is sent. */
      readonly secretHeader?: string;
    };

/** How a product is recognised by what it answers to anyone, whatever was asked for. */
export interface Recognition {
  readonly protocol: 'resp' | 'bolt' | 'http' | 'http2';
  /** What people call it, such as `PostgreSQL`, or a port of it with its owner: `Erlang's port mapper`. */
  readonly product: string;
  /**
   * Matches its answer: to INFO and MODULE LIST (resp), or to `GET /` with the status line (http). Absent: every server
   * of the protocol that no pattern matches is taken for it.
   */
  readonly answer?: RegExp;
}

export interface ProgramFacts {
  /** Its name among the programs of a kind, such as `postgres`; what `program` of a service refers to. */
  readonly name: string;
  /** Its display name, such as `PostgreSQL`. */
  readonly product: string;
  /** Port name → how clients dial it there; a port that is absent is only connected to. */
  readonly dial?: Readonly<Record<string, DialProtocol>>;
  /** It, its ports and what is confused with it, by what they answer; the first match counts. */
  readonly recognised?: readonly Recognition[];
  /** The repository of its official image, without registry and tag. */
  readonly image: string;
  /** Port name → the number the process is configured to open; absent where it is not configured. */
  readonly told: (running: Process) => Readonly<Record<string, number | undefined>>;
  /** Ports it may open besides those of its service. */
  readonly otherPorts?: readonly number[];
  /** How it parses its whole environment at its start; absent: each variable alone, by the service's types. */
  readonly parse?: (env: EnvText) => EnvResult<unknown>;
  /** What it is configured to write to. */
  readonly writes?: (running: Process) => readonly Write[];
  /** Whether it is told to keep its data on disk; absent: it always does. */
  readonly keeps?: (running: Process) => boolean;
  /** Folders of its image it also writes to; without a volume only the image's own user may. */
  readonly ownFolders?: (running: Process, image: string) => readonly string[];
  /** Credentials it accepts: the suffix of the client's variable (`USER`) → the only valid value. */
  readonly offers?: (running: Process, image: string) => Readonly<Record<string, string>>;
  readonly answers?: Readonly<Record<string, Answers>>;
  /** Whether it is configured to speak TLS. */
  readonly speaksTls: (running: Process) => boolean;
  /** The password it expects, where it is not simply its own variable's text. Never to be shown. */
  readonly password?: (running: Process) => string | undefined;
  /** Whether several replicas would not share their state. */
  readonly alone?: (running: Process) => boolean;
  /** The memory it is configured to take. */
  readonly memory?: (running: Process) => readonly Memory[];
  /** What its image can execute, besides a shell and what comes with one; absent: not known. */
  readonly executables?: readonly string[];
  /** The one of them that is the program. */
  readonly server?: string;
  /** Those of them that are started in its image to do something else. */
  readonly clients?: readonly string[];
  /** Settings whose values contradict each other or would end its start. */
  readonly problems?: (running: Process) => readonly SettingProblem[];
}

/** A program of a stack: its service in the model, and how it reads its configuration. */
export interface Program {
  readonly service: Workload;
  readonly facts: ProgramFacts;
}

/** The facts of a service's program: by its `program`, else by its image. */
export function factsOf<F extends Pick<ProgramFacts, 'name' | 'image'>>(
  service: Service,
  known: readonly F[],
): F | undefined {
  if (service.program !== undefined) return known.find(({ name }) => name === service.program);
  if (!isWorkload(service)) return undefined;
  const repository = repositoryOf(service.container.image);
  return known.find(({ image }) => image === repository);
}

/** All that is known of a program from its service alone. */
export const factsOfService = ({ name, program = name, container }: Workload): ProgramFacts => ({
  ...{ name: program, product: name, image: repositoryOf(container.image) },
  told: () => ({}),
  speaksTls: () => false,
});

/** The display name of a service's program; the service's name when the program is not among `known`. */
export function productOf(
  service: Service,
  known: readonly Pick<ProgramFacts, 'name' | 'image' | 'product'>[],
): string {
  return factsOf(service, known)?.product ?? service.name;
}

/** What any of the programs is recognised by. */
export const recognitionsOf = (known: readonly Pick<ProgramFacts, 'recognised'>[]): readonly Recognition[] =>
  known.flatMap(({ recognised = [] }) => recognised);

/** The number in a variable such as `8000` or `:7687`; absent where it is unset or no number. */
export function portIn(running: Process, variable: string): number | undefined {
  const match = /(?:^|:)(\d+)$/.exec(running.env[variable] ?? '');
  return match ? Number(match[1]) : undefined;
}
