import { expect, test } from 'vitest';
import { buildStoreImages } from '../images/build-images.ts';
import { forSuite } from '../servers/for-suite.ts';
import { until } from '../servers/poll.ts';
import { startCluster } from '../lab/cluster.ts';

/** The stores' stand-ins hold to docs/adr/0002-official-images.md: what kills the official images kills them. */
const lab = forSuite(async () => {
  const images = await buildStoreImages();
  const cluster = await startCluster();
  for (const { tarPath } of Object.values(images)) await cluster.importImage(tarPath);
  return { cluster, images, stop: () => cluster.stop() };
});

interface Start {
  store: 'redis' | 'neo4j' | 'qdrant';
  uid: number;
  env?: Record<string, string>;
  /** Paths that are writable, empty folders; all else is read-only. */
  writable: readonly string[];
  /** Those of them whose volume is mounted read-only after all. */
  readOnly?: readonly string[];
  command?: readonly string[];
}

const neo4jPaths = ['/data', '/logs', '/tmp', '/var/lib/neo4j/run', '/var/lib/neo4j/conf'];
const neo4j = (env: Record<string, string>, changes: Partial<Start> = {}): Start => ({
  store: 'neo4j',
  uid: 7474,
  env: { NEO4J_AUTH: 'neo4j/long-enough', ...env },
  writable: neo4jPaths,
  ...changes,
});

const refusals: [string, RegExp, Start][] = [
  [
    'neo4j dies of a service link, which it takes for an unknown setting',
    /PORT/,
    neo4j({ NEO4J_PORT: 'tcp://10.0.0.1:7687' }),
  ],
  ['neo4j dies of a misspelt setting', /Unrecognized setting/, neo4j({ NEO4J_server_memory_heap: '1g' })],
  [
    'neo4j refuses a password with a slash, and prints it',
    /Invalid value for NEO4J_AUTH: 'neo4j\/with\/slash'/,
    neo4j({ NEO4J_AUTH: 'neo4j/with/slash' }),
  ],
  [
    'neo4j refuses a password of 7 characters',
    /at least 8 characters/,
    neo4j({ NEO4J_AUTH: 'neo4j/1234567' }),
  ],
  [
    'neo4j refuses a password that begins with a dash',
    /Unknown option/,
    neo4j({ NEO4J_AUTH: 'neo4j/-long-enough' }),
  ],
  ['neo4j refuses another user', /must be neo4j/, neo4j({ NEO4J_AUTH: 'someone/long-enough' })],
  [
    'neo4j dies where it may not write its configuration',
    /conf.*(Read-only|Permission)/,
    neo4j({}, { writable: neo4jPaths.filter((path) => !path.endsWith('conf')) }),
  ],
  [
    'neo4j dies where it may not write its logs',
    /Folder \/logs is not accessible/,
    neo4j({}, { readOnly: ['/logs'] }),
  ],
  ['neo4j dies as another user', /runs as 7474:7474 only/, neo4j({}, { uid: 1000 })],
  [
    'redis dies of an unknown directive',
    /Bad directive/,
    {
      store: 'redis',
      uid: 999,
      writable: ['/data'],
      command: ['/bin/sh', '-ec', 'echo "no-such yes" | exec redis-server -'],
    },
  ],
  [
    'qdrant dies where it may not write its storage',
    /Panic: the storage/,
    { store: 'qdrant', uid: 1000, writable: ['/qdrant/snapshots'], command: ['./qdrant'] },
  ],
];

test.concurrent.each(refusals)('%s', async (name, says, start) => {
  const pod = name.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 60);
  const log = await logOfFailure(pod, start);
  expect(log).toMatch(/^stand-in: /m);
  expect(log).toMatch(says);
});

/** Runs the image until it fails; answers what it said. */
async function logOfFailure(name: string, start: Start): Promise<string> {
  const { cluster } = lab();
  const created = await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(podOf(name, start)) });
  expect(created.code, created.stderr).toBe(0);
  const phase = async () => {
    const { json } = await cluster.request('GET', `/api/v1/namespaces/default/pods/${name}`);
    return (json as { status: { phase: string } }).status.phase;
  };
  await until(`the pod ${name} to fail`, async () => (await phase()) === 'Failed', 100_000);
  return (await cluster.kubectl(['logs', name])).stdout;
}

function podOf(name: string, start: Start): object {
  const volumes = start.writable.map((path, index) => ({ name: `v${index}`, path }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      securityContext: { runAsUser: start.uid, runAsGroup: start.uid, fsGroup: start.uid },
      volumes: volumes.map((volume) => ({ name: volume.name, emptyDir: {} })),
      // The shipped configuration, where an empty folder hides it.
      initContainers: start.writable.some((path) => path.endsWith('conf')) ? [copyConf(start, volumes)] : [],
      containers: [
        {
          name: 'store',
          image: lab().images[start.store].ref,
          ...(start.command === undefined ? {} : { command: start.command }),
          env: Object.entries(start.env ?? {}).map(([key, value]) => ({ name: key, value })),
          securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
          volumeMounts: volumes.map((volume) => ({
            name: volume.name,
            mountPath: volume.path,
            readOnly: start.readOnly?.includes(volume.path) === true,
          })),
        },
      ],
    },
  };
}

function copyConf(start: Start, volumes: { name: string; path: string }[]): object {
  const conf = volumes.find(({ path }) => path.endsWith('conf'));
  return {
    name: 'copy-conf',
    image: lab().images[start.store].ref,
    command: ['sh', '-c', 'cp -R /var/lib/neo4j/conf/. /conf/'],
    volumeMounts: [{ name: conf?.name, mountPath: '/conf' }],
  };
}
