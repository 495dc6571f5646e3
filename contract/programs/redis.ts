import { nearest } from '../../model/nearest.ts';
import { redisImage } from '../services/redis.ts';
import {
  argumentsOf,
  notKnown,
  settingsOf,
  type Memory,
  type Process,
  type ProgramFacts,
  type SettingProblem,
} from '../../model/program.ts';
import { repositoryOf } from '../../model/image-repository.ts';

const server = 'redis-server';
const clients = ['redis-cli', 'redis-sentinel', 'redis-benchmark'];

/** Redis, configured by a file, by arguments (`--port 6379`), or by lines a script writes to its input. */
export const redisFacts: ProgramFacts = {
  name: 'redis',
  product: 'Redis',
  dial: { redis: { protocol: 'resp' } },
  recognised: [
    { protocol: 'resp', product: 'Redis Sentinel', answer: /redis_mode:sentinel/ },
    { protocol: 'resp', product: 'FalkorDB', answer: /\r\n(graph|falkordb)\r\n/i },
    { protocol: 'resp', product: 'Redis' },
  ],
  image: repositoryOf(redisImage),
  told: (running) => {
    const port = Number(directive(running, 'port')?.value);
    return Number.isInteger(port) ? { redis: port } : {};
  },
  otherPorts: [16_379, 26_379],
  speaksTls: (running) => directive(running, 'tls-port') !== undefined,
  password: (running) => {
    const text = directive(running, 'requirepass')?.value.replaceAll('"', '');
    return text === undefined || /^\$|\0/.test(text) ? undefined : text;
  },
  alone: (running) =>
    // A script of one's own may join it to others.
    argumentsOf(running, [server]) !== undefined &&
    !directive(running, 'replicaof') &&
    directive(running, 'cluster-enabled')?.value.toLowerCase() !== 'yes',
  writes: (running) => {
    const folder = directive(running, 'dir');
    return folder ? [{ in: folder.in, path: folder.value, how: 'kept' }] : [];
  },
  keeps: (running) =>
    directive(running, 'appendonly')?.value === 'yes' || /^\d/.test(directive(running, 'save')?.value ?? ''),
  memory,
  executables: [server, ...clients, 'docker-entrypoint.sh'],
  ...{ server, clients },
  problems: (running) => [
    ...lineProblems(running),
    ...repeated(running),
    ...persistenceProblems(running),
    ...emptyFiles(running),
  ],
};

interface Directive {
  readonly name: string;
  readonly value: string;
  readonly in: string;
}

/** The values of the most common directives. */
const known: Readonly<Record<string, RegExp>> = {
  port: /^\d+$/,
  'tls-port': /^\d+$/,
  bind: /^\S+( \S+)*$/,
  dir: /^\/\S*$/,
  appendonly: /^(yes|no)$/,
  appendfsync: /^(always|everysec|no)$/,
  save: /^(""|\d+ \d+( \d+ \d+)*)$/,
  maxmemory: /^\d+([kmg]b?)?$/i,
  'maxmemory-policy': /^(noeviction|(allkeys|volatile)-(lru|lfu|random)|volatile-ttl)$/,
  requirepass: /^\S+$/,
  'protected-mode': /^(yes|no)$/,
  'cluster-enabled': /^(yes|no)$/,
  replicaof: /^\S+ \d+$/,
};

/** Every directive, from its mounted files, the arguments and the lines a script pipes in. */
function directives(running: Process): Directive[] {
  const sources = [
    ...settingsOf(running, [server]).map(({ path, text }) => ({ in: path, text })),
    ...running.command.map((script) => ({ in: '', text: piped(script) })),
    { in: '', text: argued(running) },
  ];
  return sources.flatMap((source) =>
    source.text
      .split('\n')
      .map((line) => /^\s*([a-z][-a-z]*)\s+(.*?)\s*$/i.exec(line))
      .flatMap((match) =>
        match ? [{ name: (match[1] ?? '').toLowerCase(), value: match[2] ?? '', in: source.in }] : [],
      ),
  );
}

/** Options such as `--port 6379`, a line each. */
const argued = (running: Process): string =>
  (argumentsOf(running, [server]) ?? [])
    .map((word) => (word.startsWith('--') ? `\n${word.slice(2)} ` : ` ${word === '' ? '""' : word}`))
    .join('')
    .replace(/^[^\n]+/, '');

/** The lines of a here-document. */
function piped(script: string): string {
  const match = /<<-?\s*'?(\w+)'?[^\n]*\n([\s\S]*?)\n\s*\1(\n|$)/.exec(script);
  return match?.[2] ?? '';
}

/** The last one wins, as in Redis. */
const directive = (running: Process, name: string): Directive | undefined =>
  directives(running).findLast((line) => line.name === name);

const units: Readonly<Record<string, number>> = { '': 1 / 1_048_576, k: 1 / 1_024, m: 1, g: 1_024 };

function memory(running: Process): Memory[] {
  const found = directive(running, 'maxmemory');
  const match = /^(\d+)([kmg]?)b?$/i.exec(found?.value ?? '');
  if (!found || !match) return [];
  const mebibytes = Number(match[1]) * (units[match[2]?.toLowerCase() ?? ''] ?? 0);
  return [{ in: found.in, says: `maxmemory ${found.value}`, mebibytes }];
}

/** Redis refuses to start on a directive it does not know or a value it cannot read. */
function lineProblems(running: Process): SettingProblem[] {
  return directives(running).flatMap(({ name, value, in: where }) => {
    const pattern = known[name];
    if (value.includes(notKnown)) return [];
    const meant = pattern ? undefined : nearest(name, Object.keys(known));
    if (pattern ? pattern.test(value.toLowerCase()) : !meant) return [];
    return [
      {
        in: where,
        message: meant
          ? `Redis knows no directive "${name}".`
          : `Redis cannot read "${name} ${name === 'requirepass' ? '(secret, not shown)' : value}".`,
        fix: meant ? `Did you mean ${meant}?` : `Correct the value of ${name}; Redis ends its start at it.`,
      },
    ];
  });
}

/** Directives that may be repeated. */
const many = ['save', 'bind', 'include', 'loadmodule', 'user', 'rename-command'];

/** Redis takes the last of repeated directives silently, and a `maxmemory` in bytes by mistake evicts everything. */
function repeated(running: Process): SettingProblem[] {
  const all = directives(running);
  const twice = all.filter(
    ({ name, in: where }, index) =>
      !many.includes(name) && all.findIndex((other) => other.name === name && other.in === where) < index,
  );
  const tiny = memory(running).filter(({ mebibytes }) => mebibytes > 0 && mebibytes < 1);
  return [
    ...twice.map(({ name, in: where }) => ({
      in: where,
      message: `Redis is given ${name} twice; the later one wins.`,
      fix: 'Write it once.',
    })),
    ...tiny.map(({ in: where, says }) => ({
      in: where,
      message: `Redis is given ${says}, less than it needs empty: it would refuse every write.`,
      fix: 'Write a size like 256mb.',
    })),
  ];
}

/** An empty file is Redis without a password, a limit or a folder. */
const emptyFiles = (running: Process): SettingProblem[] =>
  settingsOf(running, [server])
    .filter(({ text }) => text.trim() === '')
    .map(({ path }) => ({
      in: path,
      message: `${path} is empty.`,
      fix: 'Write the configuration, or mount none.',
    }));

/** Without log and snapshots the volume stays empty; a cache that is told no folder is meant to. */
function persistenceProblems(running: Process): SettingProblem[] {
  const [log, snapshots] = [directive(running, 'appendonly'), directive(running, 'save')];
  if (log?.value !== 'no' || snapshots?.value !== '""' || !directive(running, 'dir')) return [];
  return [
    {
      in: log.in,
      severity: 'warning',
      message:
        'Redis keeps neither a log (appendonly no) nor snapshots (save ""): a restart forgets everything.',
      fix: 'Write appendonly yes.',
    },
  ];
}
