import { describe, expect, test } from 'vitest';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { forSuite } from '../servers/for-suite.ts';
import { type Cluster, startCluster } from '../lab/cluster.ts';
import { tracesOf } from './residue.ts';
import { storeObjects } from './store-objects.ts';
import { startTwoClusters } from './two-clusters.ts';

const namespace = 'chat';
const pair = forSuite(startTwoClusters);

/** Runs kubectl in the stack's namespace; answers what it printed. */
async function kubectl(cluster: Cluster, args: readonly string[], input?: string): Promise<string> {
  const options = input === undefined ? {} : { input };
  const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, ...args], options);
  expect(code, `kubectl ${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout.trim();
}

/** Applies one store with its stand-in's image, and waits until its pod is ready. */
async function bringUp(cluster: Cluster, store: 'redis' | 'neo4j' | 'qdrant'): Promise<void> {
  const document = { spec: { [store]: { image: pair().images[store].ref } } };
  const items = storeObjects(document, store, 'a-password-for-tests');
  await kubectl(cluster, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await kubectl(cluster, ['rollout', 'status', `statefulset/demo-${store}`, '--timeout=110s']);
}

describe('two clusters side by side', () => {
  test('each has a node that is Ready, at an address of its own', async () => {
    const [first, second] = pair().clusters;
    expect(first.nodeAddress).not.toBe(second.nodeAddress);
    for (const cluster of [first, second]) {
      const ready = [
        'get',
        'nodes',
        '-o',
        'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}',
      ];
      expect(await kubectl(cluster, ready)).toBe('True');
    }
  });

  test('a store runs under Pod Security "restricted" with a read-only root, and keeps what it is told', async () => {
    const [first, second] = pair().clusters;
    await Promise.all([bringUp(first, redisName), bringUp(second, redisName)]);
    const inPod = (cluster: Cluster, ...command: string[]) =>
      kubectl(cluster, ['exec', 'demo-redis-0', '--', ...command]);
    expect(await inPod(first, 'sh', '-c', 'touch /file 2>&1 || true')).toContain('Read-only file system');
    expect(await inPod(first, 'id', '-u')).toBe('999');
    expect(await inPod(first, 'grep', '^Seccomp:', '/proc/1/status')).toMatch(/2$/);
    expect(await inPod(first, 'redis-cli', 'set', 'a', 'b')).toBe('OK');
    expect(await inPod(second, 'redis-cli', 'get', 'a')).toBe('');
    await kubectl(first, ['delete', 'pod', 'demo-redis-0']);
    await kubectl(first, ['rollout', 'status', 'statefulset/demo-redis', '--timeout=60s']);
    expect(await inPod(first, 'redis-cli', 'get', 'a')).toBe('b');
  });

  test('a Service is found by its name', async () => {
    const [first] = pair().clusters;
    const host = `demo-redis.${namespace}.svc.cluster.local`;
    expect(await kubectl(first, ['exec', 'demo-redis-0', '--', 'redis-cli', '-h', host, 'ping'])).toBe(
      'PONG',
    );
  });

  test.each([neo4jName, qdrantName] as const)(
    'the stand-in for %s runs as its manifests say',
    async (store) => {
      const [first] = pair().clusters;
      await bringUp(first, store);
      expect(await kubectl(first, ['logs', `demo-${store}-0`])).toContain('stand-in: ');
    },
  );
});

test('nothing of a cluster with pods in it is left after its end', async () => {
  const [, second] = pair().clusters;
  expect(await tracesOf(second)).not.toEqual([]);
  await second.stop();
  expect(await tracesOf(second)).toEqual([]);
});

test('a cluster comes up where another has just gone', async () => {
  const cluster = await startCluster();
  await cluster.stop();
  expect(await tracesOf(cluster)).toEqual([]);
});
