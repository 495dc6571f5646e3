import type { Drafted, DraftedEdge } from './drafted.ts';

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
    secrets: orNone(Object.fromEntries(secrets), (variable) => secretOf(one, variable)),
    ownSecrets: orNone(Object.fromEntries(secrets), (variable) => variable),
    edges: edges.size === 0 ? undefined : [...edges.values()].flatMap((edge) => edgeOf(one, edge)),
    container: containerOf(one, volumes),
  };
}

const orNone = <T, U>(all: Readonly<Record<string, T>>, of: (one: T) => U): Record<string, U> | undefined => {
  const entries = Object.entries(all);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([name, one]) => [name, of(one)]));
};

/** One whose value is the shell's, or of nothing here, is somebody else's key. */
function secretOf(one: Drafted, variable: string): object {
  const doc = `${variable} of the compose file`;
  if (one.given.has(variable)) return { doc };
  const ref = { name: `${one.name}-keys`, key: variable };
  one.note(
    `${variable} is a secret that cannot be made anew: keep it in a Secret ${ref.name}, under the key ${ref.key}.`,
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
    one.note(
      `it dials ${to.name}, whose port is not known: give ${to.name} a port, and ${one.name} an edge to it.`,
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

type Volume = { readonly kind: 'persistent' | 'scratch'; readonly name: string; readonly path: string };

function volumesOf(one: Drafted): Volume[] {
  const { mounts } = one.compose;
  for (const { source, path } of mounts.filter(({ kind }) => kind === 'bind'))
    one.note(`${source} is mounted at ${path}: put it into the image, or its text into files.`);
  const kept = mounts
    .filter(({ kind }) => kind === 'volume')
    .map(({ source, path }) => ({ kind: 'persistent' as const, source, path }));
  const known = one.facts
    .flatMap(({ scratch }) => scratch?.(one.name, one.process) ?? [])
    .flatMap(([first]) => first ?? []);
  const others = [...mounts.filter(({ kind }) => kind === 'tmpfs').map(({ path }) => path), ...known, '/tmp'];
  const scratch = [...new Set(others)]
    .filter((path) => !kept.some((volume) => `${path}/`.startsWith(`${volume.path}/`)))
    .map((path) => ({ kind: 'scratch' as const, source: '', path }));
  const names = new Set<string>();
  return [...kept, ...scratch].map(({ kind, source, path }) => {
    const name = uniqueIn(names, labelOf(source || path));
    if (kind === 'scratch') return { kind, name, path, sizeLimit: assumed.scratch };
    one.note(`the size of its volume is assumed: ${assumed.size}.`);
    return { kind, name, path, size: assumed.size };
  });
}

const labelOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40) || 'data';

function uniqueIn(names: Set<string>, name: string): string {
  let found = name;
  for (let nth = 2; names.has(found); nth += 1) found = `${name}-${nth}`;
  names.add(found);
  return found;
}

function containerOf(one: Drafted, volumes: readonly Volume[]): object {
  const { compose } = one;
  const memory = compose.memory === undefined ? undefined : memoryOf(compose.memory);
  if (memory === undefined) one.note(`its memory is assumed: ${assumed.memory}.`);
  const probe = probeOf(one);
  return {
    image: imageOf(one),
    command: one.entrypoint.length > 0 ? one.entrypoint : undefined,
    args: one.command.length > 0 ? one.command : undefined,
    workingDir: compose.workingDir,
    user: userOf(one),
    resources: {
      requests: { cpu: assumed.cpu, memory: memory ?? assumed.memory },
      limits: { cpu: compose.cpu, memory: memory ?? assumed.memory },
    },
    probes: probe && { readiness: probe },
    volumes,
  };
}

/** A probe's command is not expanded, so that one with a password is none. */
function probeOf(one: Drafted): object | undefined {
  const { healthcheck } = one.compose;
  if (!healthcheck) return undefined;
  const passwords = [...one.secrets.values()]
    .flatMap((name) => one.given.get(name) ?? [])
    .filter((text) => text !== '');
  if (healthcheck.command.some((word) => passwords.some((password) => word.includes(password)))) {
    one.note('its healthcheck holds a password, and was not read.');
    return undefined;
  }
  return {
    exec: healthcheck.command,
    periodSeconds: healthcheck.seconds,
    failureThreshold: healthcheck.retries,
  };
}

function imageOf(one: Drafted): string {
  const { image, isBuilt } = one.compose;
  if (isBuilt || image === undefined) one.note('push the image that its build makes, and name it here.');
  return image ?? `${one.name}:latest`;
}

/** `512m` of compose is `512Mi` of Kubernetes. */
function memoryOf(text: string): string | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)i?b?$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  return unit === '' ? number : `${number}${unit.toUpperCase().replace('K', 'k')}i`.replace('ki', 'Ki');
}

function userOf(one: Drafted): { uid: number; gid: number } {
  const [, uid, gid = uid] = /^(\d+)(?::(\d+))?$/.exec(one.compose.user ?? '') ?? [];
  const known = one.facts.map(({ user }) => user).find((user) => user !== undefined && user > 0);
  const number = Number(uid ?? known ?? assumed.uid);
  if (number === 0)
    one.note('it runs as root in compose, which Pod Security "restricted" refuses: 1000 is assumed.');
  else if (uid === undefined && known === undefined) one.note('the user of its image is assumed: 1000.');
  return number === 0 ? { uid: assumed.uid, gid: assumed.uid } : { uid: number, gid: Number(gid ?? number) };
}
