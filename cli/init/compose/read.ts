import { parseDocument } from 'yaml';
import { z } from 'zod';
import { simpleCommands } from '../../../proof/graph/simple-commands.ts';
import { isLoopback } from '../../../model/loopback.ts';
import { CommandError } from '../../errors.ts';
import { interpolated } from './variables.ts';

/** A service of a compose file, in one form for each thing that has several. */
export interface ComposeService {
  readonly name: string;
  readonly image?: string;
  readonly isBuilt: boolean;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDir?: string;
  readonly user?: string;
  /** Text as it is written; undefined where it is the shell's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ports of the container that are published to others than this machine. */
  readonly published: readonly number[];
  readonly exposed: readonly number[];
  readonly mounts: readonly Mount[];
  /** Services that it is started after, or linked to. */
  readonly needs: readonly string[];
  readonly healthcheck?: {
    readonly command: readonly string[];
    readonly seconds: number;
    readonly retries: number;
  };
  readonly replicas?: number;
  readonly memory?: string;
  readonly cpu?: string;
  readonly graceSeconds?: number;
  /** Keys that say something, and have no counterpart. */
  readonly unread: readonly string[];
}

export interface Mount {
  readonly kind: 'volume' | 'bind' | 'tmpfs';
  readonly source: string;
  readonly path: string;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** As compose fills it; as it is where the shell's value is needed. */
const filled = scalar.transform((text) => interpolated(text) ?? text);
const words = z
  .union([filled.transform(wordsOf), z.array(filled)])
  .nullish()
  .transform((all) => all ?? []);
const byName = z
  .union([
    z.record(z.string(), scalar.nullable()),
    z.array(scalar).transform((lines) =>
      Object.fromEntries(
        lines.map((line): [string, string | null] => {
          const at = line.indexOf('=');
          return at < 0 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
        }),
      ),
    ),
  ])
  .nullish()
  .transform((all) =>
    Object.fromEntries(Object.entries(all ?? {}).map(([name, text]) => [name, text ?? undefined])),
  );
const names = z
  .union([z.array(scalar), z.record(z.string(), z.unknown()).transform((all) => Object.keys(all))])
  .nullish()
  .transform((all) => (all ?? []).map((name) => name.split(':')[0] ?? name));
const seconds = scalar.transform(secondsIn);

const port = z.union([
  filled.transform(shortPort),
  z
    .looseObject({ target: z.coerce.number(), host_ip: scalar.optional() })
    .transform(({ target, host_ip: address = '' }) => ({ targets: [target], isOpen: !isLoopback(address) })),
]);
const mount = z.union([
  filled.transform(shortMount),
  z
    .looseObject({ type: z.string().default('volume'), source: scalar.default(''), target: scalar })
    .transform(({ type, source, target }): Mount => ({
      kind: type === 'bind' || type === 'tmpfs' ? type : 'volume',
      source,
      path: target,
    })),
]);

const service = z.looseObject({
  image: filled.nullish(),
  build: z.unknown().optional(),
  entrypoint: words,
  command: words,
  working_dir: scalar.nullish(),
  user: filled.nullish(),
  environment: byName,
  ports: z.array(port).nullish(),
  expose: z.array(port).nullish(),
  volumes: z.array(mount).nullish(),
  tmpfs: words,
  depends_on: names,
  links: names,
  healthcheck: z
    .looseObject({
      // A text is a shell's.
      test: z.union([filled.transform((text) => ['CMD-SHELL', text]), z.array(filled)]).default([]),
      interval: seconds.default(30),
      retries: z.coerce.number().default(3),
      disable: z.boolean().default(false),
    })
    .nullish(),
  scale: z.coerce.number().nullish(),
  deploy: z
    .looseObject({
      replicas: z.coerce.number().nullish(),
      resources: z
        .looseObject({
          limits: z.looseObject({ cpus: scalar.nullish(), memory: scalar.nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  mem_limit: scalar.nullish(),
  cpus: scalar.nullish(),
  stop_grace_period: seconds.nullish(),
});

const compose = z.looseObject({ name: scalar.nullish(), services: z.record(z.string(), service) });

/** What has no say in Kubernetes, or is what it does anyway. */
const silent =
  /^(x-.*|container_name|hostname|restart|networks|labels|logging|init|stdin_open|tty|pull_policy|platform|develop|annotations|attach|restart_policy)$/;

/** The services of a compose file, and its name. @throws CommandError USAGE when it is none. */
export function readCompose(text: string, path: string): { name?: string; services: ComposeService[] } {
  const document = parseDocument(text, { merge: true });
  const [error] = document.errors;
  if (error) throw new CommandError('USAGE', `${path} does not parse: ${error.message}`);
  const parsed = compose.safeParse(document.toJS());
  if (!parsed.success)
    throw new CommandError('USAGE', `${path} is no compose file:\n${z.prettifyError(parsed.error)}`);
  const { name, services } = parsed.data;
  return {
    ...(name === null || name === undefined ? {} : { name }),
    services: Object.entries(services).map(([called, one]) => serviceOf(called, one)),
  };
}

type Written = z.infer<typeof service>;

function serviceOf(name: string, one: Written): ComposeService {
  const { deploy } = one;
  const limits = deploy?.resources?.limits;
  const known = new Set(Object.keys(service.shape));
  return {
    name,
    isBuilt: one.build !== undefined,
    ...{ entrypoint: one.entrypoint, command: one.command, environment: one.environment },
    published: portsIn(one.ports, true),
    exposed: [...portsIn(one.ports, false), ...(one.expose ?? []).flatMap(({ targets }) => targets)],
    mounts: mountsOf(one),
    needs: [...new Set([...one.depends_on, ...one.links])],
    ...healthcheckOf(one),
    ...present({ image: one.image, workingDir: one.working_dir, user: one.user }),
    ...present({ memory: limits?.memory ?? one.mem_limit, cpu: limits?.cpus ?? one.cpus }),
    ...present({ replicas: deploy?.replicas ?? one.scale, graceSeconds: one.stop_grace_period }),
    unread: Object.keys(one).filter((key) => !known.has(key) && !silent.test(key)),
  };
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
const present = <T extends object>(all: T): Present<T> =>
  Object.fromEntries(
    Object.entries(all).filter(([, one]) => one !== null && one !== undefined),
  ) as Present<T>;

const portsIn = (ports: Written['ports'], open: boolean): number[] =>
  (ports ?? []).filter(({ isOpen }) => isOpen === open).flatMap(({ targets }) => targets);

const mountsOf = ({ volumes, tmpfs }: Written): Mount[] => [
  ...(volumes ?? []),
  ...tmpfs.map((path): Mount => ({ kind: 'tmpfs', source: '', path: path.split(':')[0] ?? path })),
];

function healthcheckOf({ healthcheck }: Written): Pick<ComposeService, 'healthcheck'> {
  const [how, ...rest] = healthcheck?.test ?? [];
  const command = how === 'CMD' ? rest : how === 'CMD-SHELL' ? ['sh', '-c', rest.join(' ')] : [];
  if (!healthcheck || healthcheck.disable || command.length === 0) return {};
  return { healthcheck: { command, seconds: healthcheck.interval, retries: healthcheck.retries } };
}

/** A command that is one text: its words, or a shell's where it is more than one command. */
function wordsOf(text: string): string[] {
  const commands = simpleCommands(text, new Map());
  const [only, ...others] = commands;
  return only && others.length === 0 ? [...only.words] : ['sh', '-c', text];
}

/** Most ports of a range. */
const longestRange = 100;

/** `8080:80`, `127.0.0.1:9000-9001:9000-9001/tcp`; what is published on loopback is for this machine alone. */
function shortPort(text: string): { targets: number[]; isOpen: boolean } {
  const [, address = '', first, last = first] = /^(?:(.*):)?(\d+)(?:-(\d+))?(?:\/\w+)?$/.exec(text) ?? [];
  const count = Math.min(longestRange, Number(last) - Number(first) + 1);
  const targets = Array.from({ length: Math.max(0, count || 0) }, (_, nth) => Number(first) + nth);
  return { targets, isOpen: !isLoopback(address.replace(/:[\d-]*$/, '')) };
}

/** `data:/var/lib:ro`, `./conf:/etc/conf`, `/data` */
function shortMount(text: string): Mount {
  const [source = '', path] = text.split(':');
  if (path === undefined) return { kind: 'volume', source: '', path: source };
  return { kind: /^[./~]/.test(source) ? 'bind' : 'volume', source, path };
}

/** `1m30s` */
function secondsIn(text: string): number {
  const parts = [...text.matchAll(/([\d.]+)(ms|us|h|m|s)/g)];
  const per: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 0 };
  const sum = parts.reduce((all, [, number, unit = 's']) => all + Number(number) * (per[unit] ?? 1), 0);
  return Math.max(1, Math.round(parts.length > 0 ? sum : Number(text) || 1));
}
