import { describe, expect, test } from 'vitest';
import { hostOf, serviceOf } from '../../model/environment.ts';
import { labelProblem, workloadNameLength } from '../../model/names.ts';
import { renderStack } from '../../charts-ts/render.ts';
import { hardeningProblems } from '../../proof/packs/mooring/hardening.ts';
import { at, fakeSecrets, idOf, pick, presetDocuments, stackOf, workloadsOf } from './rendered.ts';

const demo = stackOf();
const objects = renderStack(demo, { secretValues: fakeSecrets(demo) });

test('the same stack renders to the same bytes', () => {
  const again = stackOf();
  expect(JSON.stringify(renderStack(again, { secretValues: fakeSecrets(again) }))).toBe(
    JSON.stringify(objects),
  );
});

test('the names of the default stack are these, in this order', () => {
  expect(objects.map(idOf)).toEqual([
    'Namespace chat',
    'Secret demo-secrets',
    'NetworkPolicy demo-default-deny',
    'NetworkPolicy demo-backend-to-redis-redis-egress',
    'NetworkPolicy demo-backend-to-redis-redis-ingress',
    'NetworkPolicy demo-backend-to-neo4j-bolt-egress',
    'NetworkPolicy demo-backend-to-neo4j-bolt-ingress',
    'NetworkPolicy demo-backend-to-qdrant-http-egress',
    'NetworkPolicy demo-backend-to-qdrant-http-ingress',
    'NetworkPolicy demo-backend-http-from-world',
    'NetworkPolicy demo-backend-metrics-from-monitoring',
    'NetworkPolicy demo-backend-metrics-from-operator',
    'NetworkPolicy demo-backend-to-dns-egress',
    'ServiceAccount demo-redis',
    'ConfigMap demo-redis-files',
    'Service demo-redis',
    'Service demo-redis-peers',
    'StatefulSet demo-redis',
    'ServiceAccount demo-neo4j',
    'ConfigMap demo-neo4j-config',
    'Service demo-neo4j',
    'Service demo-neo4j-peers',
    'StatefulSet demo-neo4j',
    'ServiceAccount demo-qdrant',
    'ConfigMap demo-qdrant-config',
    'Service demo-qdrant',
    'Service demo-qdrant-peers',
    'StatefulSet demo-qdrant',
    'ServiceAccount demo-backend',
    'ConfigMap demo-backend-config',
    'Service demo-backend',
    'Service demo-backend-page',
    'Deployment demo-backend',
  ]);
});

test('what the cluster never lets change is this: selectors, Service names of sets, claims', () => {
  const fixed = workloadsOf(objects).map((object) => [
    idOf(object),
    at(object, 'spec.selector.matchLabels'),
    at(object, 'spec.serviceName'),
    at(object, 'spec.podManagementPolicy'),
    at(object, 'spec.volumeClaimTemplates.0.metadata.name'),
  ]);
  const selector = (name: string) => ({
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': 'demo',
  });
  expect(fixed).toEqual([
    ['StatefulSet demo-redis', selector('redis'), 'demo-redis-peers', 'Parallel', 'data'],
    ['StatefulSet demo-neo4j', selector('neo4j'), 'demo-neo4j-peers', 'Parallel', 'data'],
    ['StatefulSet demo-qdrant', selector('qdrant'), 'demo-qdrant-peers', 'Parallel', 'storage'],
    ['Deployment demo-backend', selector('backend'), undefined, undefined, undefined],
  ]);
});

test('two stacks in one namespace share no name and no selector', () => {
  const other = stackOf(
    { backend: { nodePort: { enabled: false } } },
    { name: 'demo-redis', namespace: 'chat' },
  );
  const rest = (rendered: typeof objects) => rendered.filter(({ kind }) => kind !== 'Namespace');
  const [ours, theirs] = [rest(objects), rest(renderStack(other, { secretValues: fakeSecrets(other) }))];
  const names = new Set(ours.map(idOf));
  expect(theirs.map(idOf).filter((id) => names.has(id))).toEqual([]);
  const selectors = new Set(workloadsOf(ours).map((object) => JSON.stringify(at(object, 'spec.selector'))));
  expect(
    workloadsOf(theirs).filter((object) => selectors.has(JSON.stringify(at(object, 'spec.selector')))),
  ).toEqual([]);
  const namespaces = [objects, renderStack(other)].map((rendered) => pick(rendered, 'Namespace', 'chat'));
  expect(namespaces[0], 'both render the same Namespace, or they would fight over it').toEqual(namespaces[1]);
});

test('the longest legal stack name gives legal names and labels throughout', () => {
  const longest = 'a'.repeat(workloadNameLength - '-backend'.length);
  expect(() => stackOf({}, { name: `${longest}a` })).toThrow('at most');
  const stack = stackOf({ backend: { nodePort: { enabled: true, port: 30_081 } } }, { name: longest });
  const rendered = renderStack(stack, { secretValues: fakeSecrets(stack) });
  const names = rendered
    .filter(({ kind }) => kind !== 'NetworkPolicy')
    .map(({ metadata }) => labelProblem(metadata.name));
  expect(names.filter((problem) => problem !== undefined)).toEqual([]);
  const revision = `${hostOf(stack, serviceOf(stack, 'backend'))}-1234567890`;
  expect(labelProblem(revision), 'controller-revision-hash').toBeUndefined();
  expect(Math.max(...rendered.map(({ metadata }) => metadata.name.length))).toBeLessThanOrEqual(253);
  const labels = rendered.flatMap(({ metadata }) => Object.values(metadata.labels ?? {}));
  expect(labels.filter((label) => label.length > 63)).toEqual([]);
});

describe.each(Object.entries(presetDocuments))('preset %s', (_, spec) => {
  const rendered = renderStack(stackOf(spec));

  test('every pod is hardened and without service links', () => {
    expect(rendered.flatMap(hardeningProblems)).toEqual([]);
    expect(
      workloadsOf(rendered).map((object) => at(object, 'spec.template.spec.enableServiceLinks')),
    ).toEqual([false, false, false, false]);
  });

  test('with an autoscaler a Deployment has no replicas of its own, without one it has', () => {
    const scaled = rendered.some(({ kind }) => kind === 'HorizontalPodAutoscaler');
    const replicas = at(pick(rendered, 'Deployment', 'demo-backend'), 'spec.replicas');
    expect(replicas === undefined).toBe(scaled);
  });

  test('a disruption budget exists exactly where two replicas are certain', () => {
    const budgets = rendered.filter(({ kind }) => kind === 'PodDisruptionBudget').map(idOf);
    expect(budgets).toEqual('preset' in spec ? ['PodDisruptionBudget demo-backend'] : []);
  });

  test('no image is pulled that is there, and no ServiceAccount has a token', () => {
    const policies = workloadsOf(rendered).map((o) =>
      at(o, 'spec.template.spec.containers.0.imagePullPolicy'),
    );
    expect(new Set(policies)).toEqual(new Set(['IfNotPresent']));
    const accounts = rendered.filter(({ kind }) => kind === 'ServiceAccount');
    expect(accounts.map((account) => account['automountServiceAccountToken'])).toEqual(
      accounts.map(() => false),
    );
  });
});

test('a disruption budget lets a drain take one pod, broken ones first', () => {
  const budget = pick(renderStack(stackOf(presetDocuments.staging)), 'PodDisruptionBudget', 'demo-backend');
  expect(budget['spec']).toEqual({
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: {
      matchLabels: { 'app.kubernetes.io/name': 'backend', 'app.kubernetes.io/instance': 'demo' },
    },
  });
});

test('an update never takes a ready pod away before its successor is ready', () => {
  expect(at(pick(objects, 'Deployment', 'demo-backend'), 'spec.strategy.rollingUpdate')).toEqual({
    maxUnavailable: 0,
    maxSurge: 1,
  });
});

test('images take the registry prefix, and pods the pull secrets', () => {
  const rendered = renderStack(
    stackOf({
      images: { registry: 'registry.internal/mirror', pullSecrets: ['pull'] },
      redis: { image: 'own:1' },
    }),
  );
  const pods = workloadsOf(rendered).map((object) => at(object, 'spec.template.spec'));
  expect(pods.map((pod) => at(pod, 'imagePullSecrets'))).toEqual(pods.map(() => [{ name: 'pull' }]));
  expect(pods.map((pod) => at(pod, 'containers.0.image'))).toEqual([
    'own:1',
    expect.stringMatching(/^registry\.internal\/mirror\/neo4j:/),
    expect.stringMatching(/^registry\.internal\/mirror\/qdrant\/qdrant:/),
    expect.stringMatching(/^registry\.internal\/mirror\/mooring\/backend:/),
  ]);
  expect(at(pods[1], 'initContainers.0.image')).toBe(at(pods[1], 'containers.0.image'));
});

test('memory settings follow the limits', () => {
  const memory = '2Gi';
  const resources = { limits: { memory } };
  const rendered = renderStack(
    stackOf({ backend: { resources }, redis: { resources }, neo4j: { resources } }),
  );
  expect(at(pick(rendered, 'ConfigMap', 'demo-redis-files'), 'data')).toEqual({
    'etc_redis_redis.conf': expect.stringContaining('maxmemory 1228mb') as string,
  });
  expect(at(pick(rendered, 'ConfigMap', 'demo-neo4j-config'), 'data')).toMatchObject({
    NEO4J_server_memory_heap_initial__size: '1024m',
    NEO4J_server_memory_heap_max__size: '1024m',
    NEO4J_server_memory_pagecache_size: '409m',
  });
  expect(at(pick(rendered, 'ConfigMap', 'demo-backend-config'), 'data')).toMatchObject({
    NODE_OPTIONS: '--max-old-space-size=1433 --max-semi-space-size=4',
  });
  expect(
    at(pick(rendered, 'StatefulSet', 'demo-redis'), 'spec.template.spec.containers.0.resources'),
  ).toEqual({
    requests: { cpu: '50m', memory: '64Mi' },
    limits: { memory },
  });
});

test('a changed file rolls the pods that read it and no others', () => {
  const changed = renderStack(stackOf({ redis: { resources: { limits: { memory: '1Gi' } } } }));
  const annotations = (rendered: typeof objects) =>
    workloadsOf(rendered).map((object) => JSON.stringify(at(object, 'spec.template.metadata.annotations')));
  const [before, after] = [annotations(objects), annotations(changed)];
  expect(before.map((annotation, index) => annotation === after[index])).toEqual([false, true, true, true]);
});
