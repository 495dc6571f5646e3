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

/** The file that is named instead of the one in the folder of the data, where its text is known whole. */
function fileOf(running: Process): Process['files'][number] | undefined {
  const path = settingIn(running, 'config_file');
  return running.files.find((file) => file.path === path && !/^\s*include/m.test(file.text));
}

/** `port = 5433 # of the archive` */
function inFile(running: Process, name: string): string | undefined {
  const line = new RegExp(`^[ \\t]*${name}[ \\t]*=?[ \\t]*(?:'([^'\\n]*)'|([^\\s'#]+))`, 'gm');
  return [...(fileOf(running)?.text ?? '').matchAll(line)].map(([, quoted, bare]) => quoted ?? bare).at(-1);
}

/** The address for clients; a file of settings may say otherwise, and a silent one leaves it to the pod alone. */
function listens(running: Process): Listening[] | undefined {
  const port = portIn(running);
  const file = fileOf(running);
  if (settingIn(running, 'config_file') !== undefined && !file) return undefined;
  const host = (
    settingIn(running, 'listen_addresses') ??
    inFile(running, 'listen_addresses') ??
    (file ? 'localhost' : '*')
  ).replaceAll(/["']/g, '');
  if (host.includes(',')) return undefined;
  return Number.isInteger(port.port) ? [{ ...port, ...(host === '*' ? {} : { host }) }] : undefined;
}

/** By options, by `-p`, by the file, or by PGPORT. */
function portIn(running: Process): Listening {
  const { env } = running;
  const words = argumentsOf(running, [server]) ?? [];
  const short = words.includes('-p') ? words[words.indexOf('-p') + 1] : undefined;
  const told =
    settingIn(running, 'port') ?? short ?? words.flatMap((word) => /^-p(\d+)$/.exec(word)?.[1] ?? []).at(-1);
  const by: readonly (readonly [text: string | undefined, where: string])[] = [
    [told, ''],
    [inFile(running, 'port'), fileOf(running)?.path ?? ''],
    [env['PGPORT'], 'PGPORT'],
  ];
  const [text, where = ''] = by.find(([one]) => one !== undefined) ?? [];
  return { port: Number(text ?? usualPort), in: where, usualPort: text === undefined };
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
  const databases = [database ?? user, server, 'template1'];
  return [{ user, password: passwordVariable, databases, database: 'POSTGRES_DB' }];
}

/** As Bitnami's image is told, in its own words or in those of the official one. */
function bitnamiAccounts(env: Process['env']): Account[] {
  const told = (...names: string[]): string | undefined => names.find((name) => env[name] !== undefined);
  const user = told('POSTGRESQL_USERNAME', 'POSTGRES_USER');
  const password = told('POSTGRESQL_PASSWORD', 'POSTGRES_PASSWORD') ?? passwordVariable;
  const database = told('POSTGRESQL_DATABASE', 'POSTGRES_DATABASE', 'POSTGRES_DB');
  const databases = [...(database === undefined ? [] : [env[database] ?? '']), server, 'template1'];
  const owner = { password, databases, ...(database === undefined ? {} : { database }) };
  const superuser = told('POSTGRESQL_POSTGRES_PASSWORD', 'POSTGRES_POSTGRES_PASSWORD') ?? password;
  return [
    ...(user === undefined ? [] : [{ ...owner, user: env[user] ?? '' }]),
    { ...owner, user: server, password: superuser },
  ];
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
    {
      image: /^(bitnami|bitnamilegacy)\/postgresql$/,
      ...{
        name: 'postgresql',
        speaks: { [usualPort]: server },
        servers: [server],
        accounts: bitnamiAccounts,
      },
    },
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
      ...{ user: ['-U', '--username'], database: ['-d', '--dbname'] },
    },
  ],
};
