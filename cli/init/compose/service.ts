import type { Drafted, DraftedEdge } from './drafted.ts';
import type { Mount } from './read.ts';
import { asWritten, isShells } from './interpolate.ts';
import { labelOf, literally, uniqueIn } from './texts.ts';

/** What compose does not say of every service, and Kubernetes must know. */
const assumed = {
  memory: '256Mi',
  cpu: '100m',
  size: '1Gi',
  uid: 1000,
  scratch: '64Mi',
  graceSeconds: 30,
} as const;

/** The service as `defineStack` takes it. */
export function serviceOf(one: Drafted): object {
  const { compose, name, ports, variables, settings, secrets, edges, user, ownUser } = one;
  const volumes = volumesOf(one);
  const isStateful = volumes.some(({ kind }) => kind === 'persistent');
  for (const key of compose.unread) one.note(`${key} was not read.`);
  return {
    name,
    doc: `${compose.name} of the compose file`,
    kind: isStateful ? 'stateful' : 'stateless',
    replicas: isStateful ? undefined : (compose.replicas ?? 1),
    terminationGraceSeconds: compose.graceSeconds ?? assumed.graceSeconds,
    ports: orNone(Object.fromEntries([...ports].map(([number, called]) => [called, number])), (number) =>
      portOf(one, number),
    ),
    variables: orNone(variables, ({ code }) => code),
    ownPorts: orNone(
      Object.fromEntries([...one.ownPorts].map(([number, name]) => [one.portNamed(number), name])),
      (name) => name,
    ),
    settings: orNone(settings, (value) => value),
    user,
    ownUser,
    secrets: orNone(
      Object.fromEntries([...secrets].map(([secret, variable]) => [secret, { secret, variable }])),
      (each) => secretOf(one, each),
    ),
    ownSecrets: orNone(Object.fromEntries(secrets), (variable) => variable),
    edges: edges.length === 0 ? undefined : edges.flatMap((edge) => edgeOf(one, edge)),
    container: containerOf(one, volumes),
  };
}

const orNone = <T, U>(all: Readonly<Record<string, T>>, of: (one: T) => U): Record<string, U> | undefined => {
  const entries = Object.entries(all);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([name, one]) => [name, of(one)]));
};

/** One that several have, or whose value is the shell's or of nothing here, is kept by people. */
function secretOf(
  one: Drafted,
  { secret, variable }: { readonly secret: string; readonly variable: string },
): object {
  const doc = `${variable} of the compose file`;
  const shared = one.shared.get(secret);
  if (shared === undefined && one.given.has(variable)) return { doc };
  const ref =
    shared === undefined ? { name: `${one.name}-keys`, key: variable } : { name: 'shared-keys', key: shared };
  one.note(
    `${shared ?? variable} is ${shared === undefined ? 'a secret that cannot be made anew' : 'one secret of several services'}: keep it in a Secret ${ref.name}, under the key ${ref.key}.`,
  );
  return { doc, ref };
}

const portOf = ({ compose }: Drafted, containerPort: number): object => ({
  containerPort,
  doc: compose.published.includes(containerPort) ? 'published by compose' : 'within the stack',
  from: compose.published.includes(containerPort) ? ['world'] : undefined,
});

function edgeOf(one: Drafted, { to, port, binds, secrets, urls }: DraftedEdge): object[] {
  const number = port ?? [...to.ports.keys()][0];
  if (number === undefined) {
    const names = [binds.host, ...Object.keys(urls)].filter((name) => name !== undefined);
    const why =
      names.length > 0 ? `it dials ${to.name} (${names.join(', ')})` : `it is started after ${to.name}`;
    one.note(
      `${why}, whose port is not known: where it dials it, give ${to.name} a port and ${one.name} an edge to it.`,
    );
    return [];
  }
  return [
    {
      to: to.name,
      port: to.portNamed(number),
      gate: 'none',
      binds: { ...binds, secrets: orNone(secrets, (variable) => variable), urls: orNone(urls, (url) => url) },
    },
  ];
}

/** A folder of this machine in which a known program keeps its data. Its content is not brought along. */
const isData = ({ facts }: Drafted, { kind, source, path }: Mount): boolean =>
  kind === 'bind' && facts.length > 0 && !/\.\w+$/.test(source) && /\/(data|lib|storage)(\/|$)/.test(path);

type Volume = { readonly kind: 'persistent' | 'scratch'; readonly name: string; readonly path: string };

function volumesOf(one: Drafted): Volume[] {
  const { mounts } = one.compose;
  for (const { source, path } of mounts.filter((mount) => mount.kind === 'bind' && !isData(one, mount)))
    one.note(
      /\.sock$|^\/(dev|lib|proc|sys)(\/|$)/.test(source)
        ? `${source} is mounted at ${path}, which has no counterpart.`
        : `${asWritten(source)} is mounted at ${path}: put it into the image, or its text into files.`,
    );
  const kept = mounts
    .filter((mount) => mount.kind === 'volume' || isData(one, mount))
    .map(({ source, path }) => ({ kind: 'persistent' as const, source: asWritten(source), path }));
  const known = one.facts
    .flatMap(({ scratch }) => scratch?.(one.name, one.process) ?? [])
    .flatMap(([first]) => first ?? []);
  const others = [...mounts.filter(({ kind }) => kind === 'tmpfs').map(({ path }) => path), ...known, '/tmp'];
  const scratch = [...new Set(others)]
    .filter((path) => !kept.some((volume) => `${path}/`.startsWith(`${volume.path}/`)))
    .map((path) => ({ kind: 'scratch' as const, source: '', path }));
  const names = new Set<string>();
  return [...kept, ...scratch].map(({ kind, source, path }) => {
    const name = uniqueIn(names, labelOf(source || path).slice(0, 40) || 'data');
    if (kind === 'scratch') return { kind, name, path, sizeLimit: assumed.scratch };
    one.note(`the size of its volume is assumed: ${assumed.size}.`);
    return { kind, name, path, size: assumed.size };
  });
}

function containerOf(one: Drafted, volumes: readonly Volume[]): object {
  const { compose } = one;
  const memory = compose.memory === undefined ? undefined : memoryOf(compose.memory);
  if (memory === undefined) one.note(`its memory is assumed: ${assumed.memory}.`);
  return {
    image: imageOf(one),
    command: one.entrypoint.length > 0 ? one.entrypoint.map(asWritten) : undefined,
    args: one.command.length > 0 ? one.command.map(asWritten) : undefined,
    workingDir: compose.workingDir,
    user: userOf(one),
    resources: {
      requests: { cpu: assumed.cpu, memory: memory ?? assumed.memory },
      limits: { cpu: compose.cpu, memory: memory ?? assumed.memory },
    },
    probes: probesOf(one),
    volumes,
  };
}

/** A probe's command is not expanded, so that one with a password, or with the shell's text, is none. */
function probesOf(one: Drafted): object | undefined {
  const { healthcheck } = one.compose;
  if (!healthcheck) return undefined;
  const { command, seconds, timeout, retries, startSeconds } = healthcheck;
  const said = command.join(' ');
  const passwords = [...one.secrets.values()].flatMap((name) => one.given.get(name) ?? []);
  if (isShells(said) || passwords.some((password) => holds(said, password))) {
    one.note('its healthcheck holds a password, or what only the shell has, and was not read.');
    return undefined;
  }
  const probe = { exec: command, periodSeconds: seconds, timeoutSeconds: timeout };
  const starting =
    startSeconds === undefined
      ? undefined
      : { ...probe, failureThreshold: retries + Math.ceil(startSeconds / seconds) };
  return { startup: starting, readiness: { ...probe, failureThreshold: retries } };
}

/** Behind an option or a name of a password: a user, a host or a script may be called the same. */
const holds = (command: string, password: string): boolean =>
  password !== '' &&
  new RegExp(`(-p|-a\\s+|pass\\w*[=\\s]+['"]?|:)${literally(password)}(?!\\w)`, 'i').test(command);

function imageOf(one: Drafted): string {
  const { image, isBuilt } = one.compose;
  if (isBuilt || image === undefined) one.note('push the image that its build makes, and name it here.');
  const shells = [image ?? '', ...one.entrypoint, ...one.command].filter(isShells).map(asWritten);
  if (shells.length > 0)
    one.note(`compose takes a part of these from the shell, write it in: ${shells.join(', ')}`);
  return asWritten(image ?? `${one.name}:latest`);
}

/** `512m` of compose is `512Mi` of Kubernetes. */
function memoryOf(text: string): string | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)i?b?$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  return unit === '' ? number : `${number}${unit.toUpperCase().replace('K', 'k')}i`.replace('ki', 'Ki');
}

function userOf(one: Drafted): { uid: number; gid: number } {
  const written = one.compose.user;
  const [, uid, gid = uid] = /^(\d+)(?::(\d+))?$/.exec(written ?? '') ?? [];
  const known = one.facts.map(({ user }) => user).find((user) => user !== undefined && user > 0);
  if (uid !== undefined && uid !== '0') return { uid: Number(uid), gid: Number(gid) };
  if (uid === '0')
    one.note('it runs as root in compose, which Pod Security "restricted" refuses: 1000 is assumed.');
  else if (written !== undefined)
    one.note(`its user is ${asWritten(written)} in compose, of which the number is assumed: 1000.`);
  else if (known === undefined) one.note('the user of its image is assumed: 1000.');
  const assumedUser = uid === undefined && written === undefined ? (known ?? assumed.uid) : assumed.uid;
  return { uid: assumedUser, gid: assumedUser };
}
