import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import { redisName } from '../../../contract/services/redis.ts';
import { removeNamespaces } from '../../lab/remove-namespaces.ts';
import { ask } from '../stack/ask.ts';
import { until } from '../stack/until.ts';
import { storeObjects } from '../store-objects.ts';
import type { DeployingLab } from './lab.ts';

/** Runs the next block of the section as it stands on the page; answers what it printed. */
export type RunNext = () => Promise<string>;
type Section = (lab: DeployingLab, run: RunNext) => Promise<void>;

const patient = 'patient:demo';
const fact = 'I am allergic to penicillin.';
const storesNamespace = 'stores';
const storesPassword = 'a-password-for-tests';

const say = ({ stack }: DeployingLab, text: string) =>
  ask(stack.wsUrl, { patient, session: 'session:1769173656693', text });

async function remembers(lab: DeployingLab): Promise<void> {
  await until('every store to answer', async () => (await lab.stack.status()).reason === 'Ready');
  expect((await say(lab, 'What am I allergic to?')).text).toContain('penicillin');
}

async function remembersWhatIsSaid(lab: DeployingLab): Promise<void> {
  await say(lab, fact);
  await remembers(lab);
}

/** What the record holds; a first read of a Neo4j that has just started may fail, and then says which store is away. */
async function factsOf({ stack }: DeployingLab): Promise<string> {
  let texts: string[] = [];
  await until('the record to be read', async () => {
    const { facts, unavailable } = await stack.context(patient);
    texts = facts.map(({ text }) => text);
    return !unavailable.includes(neo4jName);
  });
  return texts.join('\n');
}

/** What a redis-cli in a pod of the stack's Redis answers. */
const redisSays = ({ stack }: DeployingLab, ...args: string[]) =>
  stack.kubectl(['exec', 'demo-redis-0', '--', 'redis-cli', ...args]);

/** The keys of conversations; the backend's own dial writes another one, at any moment. */
const cachedSessions = async (lab: DeployingLab) =>
  (await redisSays(lab, '--raw', 'keys', 'mooring:{*')).split('\n').filter((key) => key !== '');

/** A Redis that is somebody else's, as far as the stack can tell. */
async function startExternalRedis({ cluster, images }: DeployingLab): Promise<string> {
  const own = { metadata: { name: 'other', namespace: storesNamespace } };
  const document = { ...own, spec: { redis: { image: images.redis.ref } } };
  const list = { apiVersion: 'v1', kind: 'List', items: storeObjects(document, redisName, storesPassword) };
  const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(list) });
  expect([code, stderr]).toEqual([0, '']);
  return `other-redis.${storesNamespace}.svc.cluster.local`;
}

/** What a section's commands must bring about, by its heading. Later sections go on where earlier ones ended. */
export const sections: Readonly<Record<string, Section>> = {
  'With external stores': async (lab, run) => {
    const host = await startExternalRedis(lab);
    await lab.writeOverStack({ spec: { redis: { external: { host } } } });
    await lab.shell(`printf %s ${storesPassword} > redis-password`);
    await run();
    await remembersWhatIsSaid(lab);
    const sets = await lab.stack.kubectl(['get', 'statefulsets', '-o', 'name']);
    expect(sets.split('\n')).toEqual(['statefulset.apps/demo-neo4j', 'statefulset.apps/demo-qdrant']);
    const inStores = ['-n', storesNamespace, 'exec', 'other-redis-0', '--', 'redis-cli', 'dbsize'];
    expect(Number((await lab.cluster.kubectl(inStores)).stdout)).toBeGreaterThan(0);
    // The next section begins as the page does: without a stack.
    await removeNamespaces(lab.cluster, 'chat', storesNamespace);
  },

  'With GitOps': async (lab, run) => {
    await run();
    await run();
    const committed = await lab.shell('git -C "$MANIFESTS" show --stat && cat "$MANIFESTS"/*.yaml');
    expect(committed).toContain('backend.k8s.yaml');
    expect(committed).not.toMatch(/^kind: Secret$/m);
    await lab.shell('kubectl apply -f "$MANIFESTS/"');
    await remembersWhatIsSaid(lab);
    expect(await run()).toBe('');
    await lab.shell('kubectl -n chat scale deployment/demo-backend --replicas=2');
    await expect(lab.shell('kubectl diff -f "$MANIFESTS/"')).rejects.toThrow(
      /-  replicas: 2\n\+  replicas: 1/,
    );
    await removeNamespaces(lab.cluster, 'chat');
  },

  'From an air-gapped registry': async (lab, run) => {
    const wanted = (await run()).split('\n').filter((line) => line.startsWith('registry.internal/mooring/'));
    expect(wanted).toHaveLength(4);
    expect(await run()).toContain('deployment.apps/demo-backend created (server dry run)');
    const dist = await lab.shell('cat dist/*.yaml');
    expect(new Set(dist.match(/(?<=image: )\S+/g))).toEqual(new Set(wanted));
    expect(dist).toContain('- name: registry-login');
  },

  'On an existing cluster': async (lab, run) => {
    expect(await run()).toMatch(/standard \(default\)[^]*yes\nyes\n/);
    await run();
    expect(JSON.parse(await run())).toMatchObject({ ready: true });
    await remembersWhatIsSaid(lab);
  },

  Upgrading: async (lab, run) => {
    const limit = () =>
      lab.stack.kubectl([
        'get',
        'deployment/demo-backend',
        '-o',
        'jsonpath={..containers[0].resources.limits.memory}',
      ]);
    const before = await limit();
    await lab.writeOverStack({ spec: { backend: { resources: { limits: { memory: '640Mi' } } } } });
    expect(await run()).toMatch(/\+ +memory: 640Mi/);
    expect(await limit()).toBe('640Mi');
    await remembers(lab);
    await run();
    expect(await limit()).toBe(before);
    await remembers(lab);
  },

  'Rotating secrets': async (lab, run) => {
    const live = () => lab.stack.kubectl(['get', 'secret/demo-secrets', '-o', 'jsonpath={.data}']);
    const before = JSON.parse(await live()) as Record<string, string>;
    await run();
    await run();
    const after = JSON.parse(await live()) as Record<string, string>;
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(Object.keys(after).filter((key) => after[key] === before[key])).toEqual([]);
    await remembers(lab);
    expect(await lab.shell('ls')).not.toContain('old-secrets.json');
  },

  'Neo4j: backup': async (lab, run) => {
    await run();
    expect((await stat(join(lab.clone.folder, 'neo4j.dump'))).size).toBeGreaterThan(10_000);
    await remembers(lab);
  },

  'Neo4j: restore': async (lab, run) => {
    await say(lab, 'My sister Ana lives in Porto.');
    expect(await factsOf(lab)).toContain('Porto');
    await run();
    await until('the record to answer', async () => (await lab.stack.status()).ready);
    expect(await factsOf(lab)).toContain('penicillin');
    expect(await factsOf(lab)).not.toContain('Porto');
    expect(await cachedSessions(lab)).not.toEqual([]);
    await run();
    expect(await cachedSessions(lab)).toEqual([]);
    await remembers(lab);
  },

  'Qdrant: rebuild': async (lab, run) => {
    await run();
    await until('an answer with search', async () => (await say(lab, fact)).degraded === undefined);
    await remembers(lab);
  },

  'Redis: backup': async (lab, run) => {
    await redisSays(lab, 'set', 'kept', 'here');
    await run();
    expect((await stat(join(lab.clone.folder, 'redis.rdb'))).size).toBeGreaterThan(50);
    await redisSays(lab, 'del', 'kept');
  },

  'Redis: restore': async (lab, run) => {
    await run();
    expect(await redisSays(lab, 'get', 'kept')).toBe('here');
    await remembers(lab);
  },

  Deleting: async (lab, run) => {
    const claims = await run();
    for (const claim of ['data-demo-redis-0', 'data-demo-neo4j-0', 'storage-demo-qdrant-0'])
      expect(claims).toContain(claim);
    await lab.shell('kubectl apply -f dist/');
    await remembers(lab);
    await run();
    const { json } = await lab.cluster.request('GET', '/api/v1/namespaces/chat');
    expect(json).toMatchObject({ code: 404 });
  },
};
