import { afterEach, expect, test, vi } from 'vitest';
import { managedBy } from '../../charts-ts/constructs/metadata.ts';
import { forSuite } from '../servers/for-suite.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { startCluster } from '../lab/cluster.ts';
import { requireOwn } from './target/borrowed.ts';
import { startTarget } from './target/target.ts';

/** Somebody's cluster, as a test that is pointed at it finds it: by a kubeconfig and the name of a context. */
const theirs = forSuite(startCluster);
const context = async () => (await theirs().kubectl(['config', 'current-context'])).stdout.trim();

function pointAt(name: string, registry = 'registry.example.com/chat/'): void {
  vi.stubEnv('KUBECONFIG', theirs().kubeconfigPath);
  vi.stubEnv('MOORING_TEST_CONTEXT', name);
  vi.stubEnv('MOORING_TEST_REGISTRY', registry);
}
afterEach(() => vi.unstubAllEnvs());

const namespace = (name: string, labels = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
const namespaces = async () => (await theirs().kubectl(['get', 'namespaces', '-o', 'name'])).stdout;

test('MOORING_TEST_CONTEXT is the cluster the tests run in, with the images of MOORING_TEST_REGISTRY', async () => {
  pointAt(await context());
  const { cluster, images } = await startTarget();
  try {
    expect(cluster.nodeAddress).toBe(theirs().nodeAddress);
    expect((await cluster.kubectl(['get', 'nodes', '-o', 'name'])).stdout).toContain('node/');
    expect((await cluster.request('GET', '/api/v1/namespaces/default')).status).toBe(200);
    expect(images.app.ref).toMatch(/^registry\.example\.com\/chat\/mooring\/backend:/);
  } finally {
    await cluster.stop();
  }
});

test("it is left as it was: what stacks made is removed, and nobody else's; it goes on running", async () => {
  pointAt(await context());
  const { cluster } = await startTarget();
  await cluster.request('POST', '/api/v1/namespaces', namespace('of-a-stack', managedBy));
  await cluster.request('POST', '/api/v1/namespaces', namespace('of-somebody'));
  await cluster.stop();
  expect(await namespaces()).toContain('namespace/of-somebody');
  expect(await namespaces()).not.toContain('namespace/of-a-stack');
});

test('what only a cluster of our own may suffer is unavailable there', async () => {
  pointAt(await context());
  const { cluster } = await startTarget();
  try {
    await expect(cluster.apiServer.stop()).rejects.toThrow(Unavailable);
    expect(() => requireOwn(cluster, 'a fault')).toThrow(/a fault is not available here: the context "/);
    expect(() => requireOwn(theirs(), 'a fault')).not.toThrow();
  } finally {
    await cluster.stop();
  }
});

test('a cluster that has a stack already is refused, and its stack stays', async () => {
  pointAt(await context());
  await theirs().request('POST', '/api/v1/namespaces', namespace('chat', managedBy));
  await expect(startTarget()).rejects.toThrow(/has stacks already \(namespace\/chat\)/);
  expect(await namespaces()).toContain('namespace/chat');
  await theirs().kubectl(['delete', 'namespace', 'chat']);
});

test('a context that is not in the kubeconfig is a mistake, in words', async () => {
  pointAt('no-such-context');
  await expect(startTarget()).rejects.toThrow(
    /MOORING_TEST_CONTEXT is "no-such-context", which kubectl does not find/,
  );
});

test('nodes without the images that were built here are a reason to skip, which names them', async () => {
  pointAt(await context(), '');
  const refused = startTarget();
  await expect(refused).rejects.toThrow(Unavailable);
  await expect(refused).rejects.toThrow(/no node says that it has localhost\/mooring-test\/backend:/);
});
