import { parseDocument } from 'yaml';
import { z } from 'zod';
import { simpleCommands } from '../../../proof/graph/simple-commands.ts';
import { CommandError } from '../../errors.ts';
import { interpolateAll } from './interpolate.ts';
import { portsOf, shortPort } from './ports.ts';

/** A service of a compose file, in one form for each thing that has several. */
export interface ComposeService {
  readonly name: string;
  /** What others may dial it as. */
  readonly aliases: readonly string[];
  readonly image?: string;
  readonly isBuilt: boolean;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDir?: string;
  readonly user?: string;
  /** Undefined where the shell's is handed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ports of the container that are published to others than this machine. */
  readonly published: readonly number[];
  readonly exposed: readonly number[];
  readonly mounts: readonly Mount[];
  /** Services that it is started after, or linked to. */
  readonly needs: readonly string[];
  /** Those that it waits for until they have ended. */
  readonly awaits: readonly string[];
  /** It is not started again when it has ended. */
  readonly ends: boolean;
  readonly healthcheck?: Healthcheck;
  readonly replicas?: number;
  readonly memory?: string;
  readonly cpu?: string;
  readonly graceSeconds?: number;
  /** What says something, and has no counterpart. */
  readonly unread: readonly string[];
}

export interface Healthcheck {
  readonly command: readonly string[];
  readonly seconds: number;
  readonly timeout?: number;
  readonly retries: number;
  readonly startSeconds?: number;
}

export interface Mount {
  readonly kind: 'volume' | 'bind' | 'tmpfs';
  readonly source: string;
  readonly path: string;
}

/** A compose file: what it is called, its services, and what of the rest was not read. */
export interface Compose {
  readonly name?: string;
  readonly services: readonly ComposeService[];
  readonly unread: readonly string[];
}

type Needed = Readonly<Record<string, { readonly condition?: string | undefined }>>;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const number = scalar.transform((text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined));
const seconds = scalar.transform(secondsIn);
const words = z
  .union([scalar.transform(wordsOf), z.array(scalar)])
  .nullish()
  .transform((all) => all ?? []);
const assignments = z
  .union([
    z.record(z.string(), scalar.nullable()),
    z.array(scalar).transform((lines) => Object.fromEntries(lines.map(assignmentIn))),
  ])
  .nullish()
  .transform((all) =>
    Object.fromEntries(Object.entries(all ?? {}).map(([name, text]) => [name, text ?? undefined])),
  );
const needed = z
  .union([
    z
      .array(scalar)
      .transform((names): Needed =>
        Object.fromEntries(names.map((name) => [name.split(':')[0] ?? name, {}])),
      ),
    z.record(
      z.string(),
      z
        .looseObject({ condition: z.string().optional() })
        .nullable()
        .transform((one): Needed[string] => one ?? {}),
    ),
  ])
  .nullish()
  .transform((all): Needed => all ?? {});
const port = z.union([
  scalar.transform(shortPort),
  z
    .looseObject({ target: number, host_ip: scalar.optional(), protocol: scalar.default('tcp') })
    .transform(({ target, host_ip: address = '', protocol }) =>
      portsOf({ first: target, last: target, address, protocol, written: String(target) }),
    ),
]);
const mount = z.union([
  scalar.transform(shortMount),
  z
    .looseObject({ type: z.string().default('volume'), source: scalar.default(''), target: scalar })
    .transform(({ type, source, target }): Mount => ({
      kind: type === 'bind' || type === 'tmpfs' ? type : 'volume',
      source,
      path: target,
    })),
]);

const service = z.looseObject({
  image: scalar.nullish(),
  build: z.unknown().optional(),
  entrypoint: words,
  command: words,
  working_dir: scalar.nullish(),
  user: scalar.nullish(),
  environment: assignments,
  ports: z.array(port).nullish(),
  expose: z.array(port).nullish(),
  volumes: z.array(mount).nullish(),
  tmpfs: words,
  depends_on: needed,
  links: needed,
  restart: scalar.nullish(),
  hostname: scalar.nullish(),
  container_name: scalar.nullish(),
  networks: z
    .union([
      z.array(z.unknown()),
      z.record(z.string(), z.looseObject({ aliases: z.array(scalar).default([]) }).nullable()),
    ])
    .nullish(),
  healthcheck: z
    .looseObject({
      // A text is a shell's.
      test: z.union([scalar.transform((text) => ['CMD-SHELL', text]), z.array(scalar)]).default([]),
      interval: seconds.default(30),
      timeout: seconds.optional(),
      start_period: seconds.optional(),
      retries: number.optional().transform((count) => count ?? 3),
      disable: z.boolean().default(false),
    })
    .nullish(),
  scale: number.nullish(),
  deploy: z
    .looseObject({
      replicas: number.nullish(),
      resources: z
        .looseObject({
          limits: z.looseObject({ cpus: number.nullish(), memory: scalar.nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  mem_limit: scalar.nullish(),
  cpus: number.nullish(),
  stop_grace_period: seconds.nullish(),
});
type Written = z.infer<typeof service>;

const compose = z.looseObject({
  name: scalar.nullish(),
  services: z.record(z.string(), service),
  volumes: z.unknown().optional(),
  networks: z.unknown().optional(),
  version: z.unknown().optional(),
});

/** What has no say in Kubernetes, or is what it does anyway. */
const silent = /^(x-.*|labels|logging|init|stdin_open|tty|pull_policy|platform|develop|annotations|attach)$/;

/** Enough for files that share most of their parts; a file whose aliases multiply without bound is refused. */
const mostAliases = 20_000;

/**
 * Reads a compose file. @param env of the `.env` beside it. @throws CommandError USAGE when it is none.
 */
export function readCompose(
  text: string,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Compose {
  const parsed = compose.safeParse(interpolateAll(treeOf(text, path), env));
  if (!parsed.success)
    throw new CommandError('USAGE', `${path} is no compose file:\n${z.prettifyError(parsed.error)}`);
  const { name, services, ...rest } = parsed.data;
  const known = new Set(Object.keys(compose.shape));
  return {
    ...present({ name }),
    services: Object.entries(services).map(([called, one]) => serviceOf(called, one)),
    unread: Object.keys(rest).filter((key) => !known.has(key) && !silent.test(key)),
  };
}

function treeOf(text: string, path: string): unknown {
  const document = parseDocument(text, { merge: true });
  const [error] = document.errors;
  if (error) throw new CommandError('USAGE', `${path} does not parse: ${error.message}`);
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (cause) {
    throw new CommandError('USAGE', `${path} has more aliases than are read: ${String(cause)}`);
  }
}

function serviceOf(name: string, one: Written): ComposeService {
  const { deploy } = one;
  const limits = deploy?.resources?.limits;
  const cpu = limits?.cpus ?? one.cpus;
  const needs = { ...one.links, ...one.depends_on };
  const ends = (key: string): boolean => needs[key]?.condition === 'service_completed_successfully';
  return {
    ...{ name, aliases: aliasesOf(one), isBuilt: one.build !== undefined },
    ...{ entrypoint: one.entrypoint, command: one.command, environment: one.environment },
    published: portsIn(one.ports, true),
    exposed: [...portsIn(one.ports, false), ...(one.expose ?? []).flatMap(({ targets }) => targets)],
    mounts: mountsOf(one),
    needs: Object.keys(needs).filter((key) => !ends(key)),
    awaits: Object.keys(needs).filter(ends),
    ends: /^(no|false|on-failure.*)$/.test(one.restart ?? ''),
    ...healthcheckOf(one),
    ...present({ image: one.image, workingDir: one.working_dir, user: one.user }),
    ...present({
      memory: limits?.memory ?? one.mem_limit,
      cpu: typeof cpu === 'number' ? String(cpu) : undefined,
    }),
    ...present({ replicas: deploy?.replicas ?? one.scale, graceSeconds: one.stop_grace_period }),
    unread: unreadOf(one),
  };
}

function unreadOf(one: Written): string[] {
  const known = new Set(Object.keys(service.shape));
  return [
    ...Object.keys(one).filter((key) => !known.has(key) && !silent.test(key)),
    ...[...(one.ports ?? []), ...(one.expose ?? [])].flatMap(({ unread }) => unread ?? []),
  ];
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
const present = <T extends object>(all: T): Present<T> =>
  Object.fromEntries(
    Object.entries(all).filter(([, one]) => one !== null && one !== undefined),
  ) as Present<T>;

function aliasesOf({ hostname, container_name: container, networks }: Written): string[] {
  const ofNetworks = Array.isArray(networks)
    ? []
    : Object.values(networks ?? {}).flatMap((one) => one?.aliases ?? []);
  return [hostname, container, ...ofNetworks].filter((alias) => alias !== null && alias !== undefined);
}

const portsIn = (ports: Written['ports'], open: boolean): number[] =>
  (ports ?? []).filter(({ isOpen }) => isOpen === open).flatMap(({ targets }) => targets);

const mountsOf = ({ volumes, tmpfs }: Written): Mount[] => [
  ...(volumes ?? []),
  ...tmpfs.map((path): Mount => ({ kind: 'tmpfs', source: '', path: path.split(':')[0] ?? path })),
];

function healthcheckOf({ healthcheck }: Written): { healthcheck?: Healthcheck } {
  const [how, ...rest] = healthcheck?.test ?? [];
  const command = how === 'CMD' ? rest : how === 'CMD-SHELL' ? ['sh', '-c', rest.join(' ')] : [];
  if (!healthcheck || healthcheck.disable || command.length === 0) return {};
  const { interval, timeout, start_period: startSeconds, retries } = healthcheck;
  return { healthcheck: { command, seconds: interval, retries, ...present({ timeout, startSeconds }) } };
}

function assignmentIn(line: string): [string, string | null] {
  const at = line.indexOf('=');
  return at < 0 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
}

/** A command that is one text: its words, or a shell's where it is more than one command. */
function wordsOf(text: string): string[] {
  const [only, ...others] = simpleCommands(text, new Map());
  return only && others.length === 0 ? [...only.words] : ['sh', '-c', text];
}

/** `data:/var/lib:ro`, `./conf:/etc/conf`, `/data`; a folder that the shell names is one of this machine. */
function shortMount(text: string): Mount {
  const [source = '', path] = text.replace(/^([A-Za-z]):(?=[\\/])/, '/$1').split(/:(?![-+?])/);
  if (path === undefined) return { kind: 'volume', source: '', path: source };
  return { kind: /^[./~\0]/.test(source) ? 'bind' : 'volume', source, path };
}

/** `1m30s` */
function secondsIn(text: string): number {
  const parts = [...text.matchAll(/([\d.]+)(ms|us|h|m|s)/g)];
  const per: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 0 };
  const sum = parts.reduce((all, [, count, unit = 's']) => all + Number(count) * (per[unit] ?? 1), 0);
  return Math.max(1, Math.round(parts.length > 0 ? sum : Number(text) || 1));
}
