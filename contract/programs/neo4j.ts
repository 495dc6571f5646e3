import { neo4jImage, neo4jUser } from '../services/neo4j.ts';
import {
  portIn,
  type Memory,
  type Process,
  type ProgramFacts,
  type SettingProblem,
} from '../../model/program.ts';
import { repositoryOf } from '../../model/image-repository.ts';

const initialHeap = 'NEO4J_server_memory_heap_initial__size';
const heap = 'NEO4J_server_memory_heap_max__size';
const pageCache = 'NEO4J_server_memory_pagecache_size';
const auth = 'NEO4J_AUTH';
const usualDatabase = 'neo4j';
const firstDatabase = 'NEO4J_initial_dbms_default__database';

/** The shortest password Neo4j takes. */
const shortestPassword = 8;

const server = 'neo4j';
const clients = ['neo4j-admin', 'cypher-shell'];

/** Neo4j, configured by the variables its image turns into settings. */
export const neo4jFacts: ProgramFacts = {
  name: 'neo4j',
  product: 'Neo4j',
  dial: { bolt: { protocol: 'bolt' } },
  recognised: [
    { protocol: 'bolt', product: 'Neo4j' },
    { protocol: 'http', product: "Neo4j's HTTP browser", answer: /"(bolt_direct|neo4j_version)"/ },
  ],
  image: repositoryOf(neo4jImage),
  told: (running) => ({
    bolt: portIn(running, 'NEO4J_server_bolt_listen__address'),
    http: portIn(running, 'NEO4J_server_http_listen__address'),
  }),
  // HTTPS, backup, metrics and cluster-internal ports.
  otherPorts: [7473, 6362, 2004, 5000, 6000, 7000, 7688],
  speaksTls: ({ env }) => /^(REQUIRED|OPTIONAL)$/i.test(env['NEO4J_server_bolt_tls__level'] ?? ''),
  password: ({ env }) => /^[^/]+\/(.+)$/.exec(env[auth] ?? '')?.[1],
  alone: ({ names }) => ![...names].some((name) => /cluster|discovery/.test(name)),
  offers: ({ env }, image) => ({
    USER: /^([^/]+)\//.exec(env[auth] ?? '')?.[1] ?? neo4jUser,
    // A community edition serves one database.
    ...(image.includes('community') ? { DATABASE: env[firstDatabase] ?? usualDatabase } : {}),
  }),
  memory,
  executables: [server, ...clients, 'tini', '/startup/docker-entrypoint.sh'],
  ...{ server, clients },
  problems: (running) => [...heapProblems(running), ...authProblems(running), ...unknownSettings(running)],
};

const units: Readonly<Record<string, number>> = { k: 1 / 1_024, m: 1, g: 1_024 };

/** A size as Neo4j writes it, in mebibytes; `undefined` when it is none. */
function size(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kmg])(?:i?b)?$/i.exec(text);
  return match ? Number(match[1]) * (units[match[2]?.toLowerCase() ?? ''] ?? 0) : undefined;
}

function memory({ env }: Process): Memory[] {
  return [heap, pageCache].flatMap((name) => {
    const mebibytes = size(env[name] ?? '');
    return mebibytes === undefined ? [] : [{ in: name, says: `${name} ${env[name] ?? ''}`, mebibytes }];
  });
}

function heapProblems({ env }: Process): SettingProblem[] {
  const wrong = [initialHeap, heap, pageCache].filter(
    (name) => env[name] !== undefined && size(env[name]) === undefined,
  );
  const sizes = wrong.map((name): SettingProblem => ({
    in: name,
    message: `${name} is "${env[name] ?? ''}"; Neo4j expects a size like 640m or 2g and ends its start otherwise.`,
    fix: 'Write a whole number followed by k, m or g.',
  }));
  const [first, most] = [env[initialHeap], env[heap]];
  if (most !== undefined && env[pageCache] === undefined)
    sizes.push({
      in: heap,
      severity: 'warning',
      message: `${heap} is set and ${pageCache} is not: the image then takes 512 MiB for it, regardless of the limit.`,
      fix: `Set ${pageCache} too.`,
    });
  if (sizes.length > 0 || first === undefined || most === undefined || first === most) return sizes;
  return [
    {
      in: initialHeap,
      severity: 'warning',
      message: `The heap starts with ${first} and may grow to ${most}; Neo4j's makers want both equal, since growing it stops the world.`,
      fix: `Set ${initialHeap} and ${heap} to one value.`,
    },
  ];
}

/** Names the image reads itself; every other NEO4J_ name becomes a setting. */
const control = [
  ...[
    'ACCEPT_LICENSE_AGREEMENT',
    'AUTH',
    'AUTH_PATH',
    'CONF',
    'DEBUG',
    'DEPRECATION_WARNING',
    'EDITION',
    'HOME',
  ],
  ...['PLUGINS', 'SHA256', 'TARBALL'],
].map((name) => `NEO4J_${name}`);

function unknownSettings({ names }: Process): SettingProblem[] {
  return [...names]
    .filter((name) => /^NEO4J_[A-Z0-9_]+$/.test(name) && !control.includes(name) && !name.endsWith('_FILE'))
    .map((name) => ({
      in: name,
      message: `${name} becomes the setting ${name.slice('NEO4J_'.length).replaceAll('_', '.')}, which Neo4j does not know; it then refuses to start.`,
      fix: `Remove ${name}, or call it by another prefix than NEO4J_.`,
    }));
}

/** The image expects `user/password` and accepts one user name only; a bare password is taken for the user. */
function authProblems(running: Process): SettingProblem[] {
  const text = running.env[auth] ?? running.beginnings[auth];
  if (text === undefined || text === 'none') return [];
  const wrong = wrongUser(text, running) ?? wrongPassword(running.env[auth]);
  return wrong ? [{ in: auth, message: `${auth} ${wrong}.`, fix: `Write ${neo4jUser}/<password>.` }] : [];
}

/** The user is checked also where the password is a reference. */
function wrongUser(text: string, { env }: Process): string | undefined {
  const [user = '', ...rest] = text.split('/');
  if (rest.length === 0)
    return env[auth] === undefined && neo4jUser.startsWith(text)
      ? undefined
      : 'is no user and password with "/" between them';
  return user === neo4jUser ? undefined : `names another user; the first user is always "${neo4jUser}"`;
}

function wrongPassword(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, password = '', ...rest] = text.split('/');
  if (rest.length > 0 && rest.join('/') !== 'true')
    return 'has a password with "/" in it, which the image refuses and prints to its log';
  return password.length < shortestPassword
    ? `has a password shorter than ${shortestPassword} characters, which Neo4j refuses`
    : undefined;
}
