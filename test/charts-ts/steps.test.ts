import { describe, expect, test } from 'vitest';
import { renderStack, type Manifest } from '../../charts-ts/render.ts';
import { stringifyManifests } from '../../charts-ts/yaml.ts';
import { hardeningProblems } from '../../proof/packs/mooring/hardening.ts';
import { verifyManifests } from '../../proof/packs/verify-manifests.ts';
import { selectorOf } from '../../model/labels.ts';
import type { Job } from '../../model/stack.ts';
import { migrate, seed, stepsStack } from '../model/steps-stack.ts';
import { at, fakeSecrets, pick } from './rendered.ts';

const jobsIn = (jobs: readonly Job[], app = {}): Manifest[] =>
  renderStack(stepsStack({ jobs, ...app })).filter(({ kind }) => kind === 'Job');
const nameOf = (job: Job, app = {}): string => jobsIn([job], app)[0]?.metadata.name ?? '';
const stack = stepsStack({ init: [migrate, { name: 'tool', image: 'example.test/tool:2' }], jobs: [seed] });
const objects = renderStack(stack, { secretValues: fakeSecrets(stack) });
const podOf = (object: unknown): unknown => at(object, 'spec.template.spec');
const app = pick(objects, 'Deployment', 's-app');
const job = objects.find(({ kind }) => kind === 'Job');

test('no contradiction is found in manifests with init steps and Jobs', () => {
  expect(verifyManifests([{ file: 'all.yaml', text: stringifyManifests(objects) }])).toEqual([]);
});

test.each([
  ['an init step', at(app, 'spec.template.spec.initContainers.0')],
  ['a Job', at(job, 'spec.template.spec.containers.0')],
])('%s that asks for it has the environment of its service, and the same digest', (_what, container) => {
  const own = at(app, 'spec.template.spec.containers.0');
  expect(at(own, 'env')).toMatchObject([{ name: 'STORE_PASSWORD', valueFrom: {} }]);
  for (const field of ['env', 'envFrom', 'image', 'workingDir', 'resources'])
    expect(at(container, field)).toEqual(at(own, field));
  expect(at(job, 'spec.template.metadata.annotations')).toEqual(
    at(app, 'spec.template.metadata.annotations'),
  );
});

test('a step that does not ask for it has no environment, and an own image not the folder of another', () => {
  expect(at(app, 'spec.template.spec.initContainers.1')).not.toHaveProperty('env');
  expect(at(app, 'spec.template.spec.initContainers.1')).not.toHaveProperty('envFrom');
  expect(at(app, 'spec.template.spec.initContainers.1')).not.toHaveProperty('workingDir');
});

test('init steps and Jobs are hardened as every other container', () => {
  expect([app, job].flatMap((object) => hardeningProblems(object as object))).toEqual([]);
});

test('a Job has the account, scratch volumes and pull secrets of its service, and none of its claims', () => {
  const pod = podOf(jobsIn([seed], { name: 'app' })[0]);
  expect(at(pod, 'serviceAccountName')).toBe('s-app');
  expect(at(pod, 'containers.0.volumeMounts')).toEqual([{ name: 'tmp', mountPath: '/tmp' }]);
  expect(at(pod, 'restartPolicy')).toBe('Never');
});

test('no selector of a service selects the pods of its Jobs', () => {
  const labels = at(job, 'spec.template.metadata.labels') as Record<string, string>;
  const selectors = stack.services.map((service) => selectorOf(stack, service));
  expect(labels['app.kubernetes.io/name']).toBe('app-seed');
  for (const selector of selectors)
    expect(Object.entries(selector).every(([label, value]) => labels[label] === value)).toBe(false);
});

describe('the policies of a Job', () => {
  const named = (jobs: readonly Job[]): string[] =>
    renderStack(stepsStack({ jobs }))
      .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.includes('-seed-'))
      .map(({ metadata }) => metadata.name);

  test('let one with the environment of its service dial what the service dials', () => {
    expect(named([seed])).toEqual([
      's-app-seed-to-store-main-egress',
      's-app-seed-to-store-main-ingress',
      's-app-seed-to-dns-egress',
    ]);
  });

  test('let one without it dial nothing', () => {
    expect(named([{ name: 'seed', doc: '', command: ['app'] }])).toEqual([]);
  });
});

describe('the name of a Job', () => {
  test('is the same for every caller of the renderer', () => {
    const owner = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u' };
    const options = { ownerReferences: [owner], keepsLastLines: true, explicitPartition: true };
    const owned = renderStack(stepsStack({ jobs: [seed] }), options).find(({ kind }) => kind === 'Job');
    expect(owned?.metadata.name).toBe(nameOf(seed));
    expect(owned?.['spec']).toEqual(jobsIn([seed])[0]?.['spec']);
  });

  test.each<[string, Job, object]>([
    ['its command', { ...seed, command: ['app', 'seed', '--more'] }, {}],
    ['its image', { ...seed, image: 'example.test/app:2' }, {}],
    ['a value of its environment', seed, { settings: { STORE_PORT: 1 }, edges: [] }],
  ])('is another where %s is', (_what, changed, more) => {
    expect(nameOf(changed, more)).toMatch(/^s-app-seed-[0-9a-f]{8}$/);
    expect(nameOf(changed, more)).not.toBe(nameOf(seed));
  });

  test('is the same where the environment changes that it does not ask for', () => {
    const { name, doc, command } = seed;
    const alone = { name, doc, ...(command ? { command } : {}) };
    expect(nameOf(alone, { settings: { STORE_PORT: 1 }, edges: [] })).toBe(nameOf(alone));
  });
});
