import type { Account, Listening, Started } from '../../model/pack.ts';
import { argumentsOf, type Process, type SettingProblem } from '../../model/program.ts';
import type { Pack } from '../checks/subject.ts';

/** PostgreSQL in its official image, and in images made from it. */

const usualPort = 5432;

/** The release whose image keeps its data in a folder of its own release, and refuses the former one. */
const movedSince = 18;
const formerFolder = '/var/lib/postgresql/data';
const folder = '/var/lib/postgresql';

const server = 'postgres';

/** `-c name=value`, `--name=value`; the last one wins. */
function settingIn(running: Process, name: string): string | undefined {
  const pattern = new RegExp(`^(?:-c\\s*|--)?${name}\\s*=\\s*(.*)$`);
  return argumentsOf(running, [server])
    ?.flatMap((word) => pattern.exec(word)?.[1] ?? [])
    .at(-1);
}

/** The address for clients; a file of settings may say otherwise. */
function listens(running: Process): Listening[] | undefined {
  const port = portIn(running);
  const host = settingIn(running, 'listen_addresses')?.replaceAll(/["']/g, '') ?? '*';
  if (settingIn(running, 'config_file') !== undefined || host.includes(',')) return undefined;
  return Number.isInteger(port.port) ? [{ ...port, ...(host === '*' ? {} : { host }) }] : undefined;
}

/** By options, by `-p`, or by PGPORT. */
function portIn(running: Process): Listening {
  const { env } = running;
  const words = argumentsOf(running, [server]) ?? [];
  const short = words.includes('-p') ? words[words.indexOf('-p') + 1] : undefined;
  const told =
    settingIn(running, 'port') ?? short ?? words.flatMap((word) => /^-p(\d+)$/.exec(word)?.[1] ?? []).at(-1);
  const variable = told === undefined && env['PGPORT'] !== undefined ? 'PGPORT' : '';
  const port = told ?? env['PGPORT'];
  return { port: Number(port ?? usualPort), in: variable, usualPort: port === undefined };
}

const passwordVariable = 'POSTGRES_PASSWORD';
const first = [passwordVariable, 'POSTGRES_PASSWORD_FILE'];

function problems(started: Started): SettingProblem[] {
  return [...withoutPassword(started), ...atFormerFolder(started)];
}

/** Without a password the image makes no database; one that is on a volume already needs none. */
function withoutPassword({ running: { names, env } }: Started): SettingProblem[] {
  const isSet = first.some((name) => names.has(name) && env[name] !== '');
  if (isSet || env['POSTGRES_HOST_AUTH_METHOD'] === 'trust') return [];
  return [
    {
      in: '',
      // An image of this name from another registry may have one of its own.
      severity: 'warning',
      message:
        'POSTGRES_PASSWORD is not set: the image ends at its first start, unless its volume holds a database.',
      fix: 'Set POSTGRES_PASSWORD from a Secret.',
    },
  ];
}

function atFormerFolder({ running: { env }, tag, mounted }: Started): SettingProblem[] {
  const release = Number(/^\d+/.exec(tag)?.[0] ?? 0);
  if (release < movedSince || env['PGDATA'] !== undefined || !mounted.includes(formerFolder)) return [];
  return [
    {
      in: '',
      message: `The image of PostgreSQL ${release} keeps its data in ${folder}/${release}/docker, and refuses to start with a volume at ${formerFolder}.`,
      fix: `Mount the volume at ${folder}.`,
    },
  ];
}

/** The user that the image makes, with a database of its name unless another is named. */
function accounts({ POSTGRES_USER: user, POSTGRES_DB: database }: Process['env']): Account[] {
  if (user === undefined) return [];
  return [{ user, password: passwordVariable, databases: [database ?? user, server, 'template1'] }];
}

export const postgresPack: Pack = {
  images: [
    {
      name: server,
      image: /^(postgres|pgvector\/pgvector|postgis\/postgis|timescale\/timescaledb)$/,
      speaks: { [usualPort]: server },
      listens,
      listensOnly: true,
      user: 0,
      scratch: (_, { env }) => [
        ['/var/run/postgresql', '/run/postgresql'],
        [env['PGDATA'] ?? formerFolder, folder],
      ],
    },
    // What comes with the entrypoint of the official image.
    { image: /^(postgres|pgvector\/pgvector|postgis\/postgis)$/, servers: [server], problems, accounts },
    { image: /^prometheuscommunity\/postgres-exporter$/, speaks: { 9187: 'http' } },
  ],
  schemes: {
    postgres: { speaks: server, port: usualPort },
    postgresql: { speaks: server, port: usualPort },
  },
  clients: [
    {
      names: ['pg_isready', 'psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'createdb', 'dropdb', 'vacuumdb'],
      ...{ host: ['-h', '--host'], port: ['-p', '--port'], usual: usualPort, scheme: server },
    },
  ],
};
