import { expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { stringifyManifests } from '../../charts-ts/yaml.ts';
import { text } from '../../cli/graph/text.ts';
import { graphOf } from '../../model/graph.ts';
import { hardeningProblems } from '../../proof/packs/mooring/hardening.ts';
import { verifyManifests } from '../../proof/packs/verify-manifests.ts';
import { migrate, proxy, seed, stepsStack } from '../model/steps-stack.ts';
import { at, fakeSecrets, pick } from './rendered.ts';

const placement = {
  serviceAccountAnnotations: { 'cloud.example.com/role': 'reader' },
  nodeSelector: { 'example.com/disk': 'ssd' },
  tolerations: [{ key: 'example.com/only', operator: 'Exists', effect: 'NoSchedule' }],
} as const;
const sidecars = [
  { ...proxy, mounts: { tmp: '/var/run' } },
  { ...proxy, name: 'other', ports: {}, probes: {} },
];
const stack = stepsStack({ init: [migrate], jobs: [seed], sidecars, ...placement });
const objects = renderStack(stack, { secretValues: fakeSecrets(stack) });
const app = pick(objects, 'Deployment', 's-app');
const pod = at(app, 'spec.template.spec');

test('no contradiction is found in manifests with sidecars', () => {
  expect(verifyManifests([{ file: 'all.yaml', text: stringifyManifests(objects) }])).toEqual([]);
  expect(hardeningProblems(app)).toEqual([]);
});

test('sidecars start before the init steps and run on beside the service', () => {
  const containers = at(pod, 'initContainers') as { name: string; restartPolicy?: string }[];
  expect(containers.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
    ['proxy', 'Always'],
    ['other', 'Always'],
    ['migrate', undefined],
  ]);
});

test('a sidecar has its own resources, ports, probes and mounts, and no environment unless it asks', () => {
  expect(at(pod, 'initContainers.0')).toMatchObject({
    ports: [{ name: 'health', containerPort: 9090, protocol: 'TCP' }],
    startupProbe: { httpGet: { path: '/up', port: 'health' } },
    volumeMounts: [{ name: 'tmp', mountPath: '/var/run' }],
    resources: { limits: { memory: '16Mi' } },
  });
  expect(at(pod, 'initContainers.0')).not.toHaveProperty('envFrom');
  expect(at(pod, 'initContainers.0')).not.toHaveProperty('workingDir');
});

test('no Service and no policy leads to a port of a sidecar', () => {
  const others = objects.filter(({ kind }) => kind === 'Service' || kind === 'NetworkPolicy');
  expect(JSON.stringify(others)).not.toContain('9090');
  expect(JSON.stringify(others)).not.toContain('health');
});

test('the pods of a service and of its Jobs run on the nodes it chooses', () => {
  const job = objects.find(({ kind }) => kind === 'Job');
  const { nodeSelector, tolerations } = placement;
  for (const spec of [pod, at(job, 'spec.template.spec')])
    expect(spec).toMatchObject({ nodeSelector, tolerations });
});

test('its ServiceAccount has the annotations a cloud reads, and still no token', () => {
  const account = pick(objects, 'ServiceAccount', 's-app');
  expect(at(account, 'metadata.annotations')).toEqual(placement.serviceAccountAnnotations);
  expect(account['automountServiceAccountToken']).toBe(false);
});

test('the graph tells of sidecars', () => {
  const node = graphOf(stack).nodes.find(({ id }) => id === 'service:app');
  expect(node?.steps).toEqual(['sidecar proxy', 'sidecar other', 'init migrate']);
});

test('the table of the graph names what runs in pods besides', () => {
  expect(text(graphOf(stack))).toContain(
    'In the pods of app besides: sidecar proxy, sidecar other, init migrate',
  );
});
