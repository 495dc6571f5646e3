import { expect, test } from 'vitest';
import type { Sidecar, Toleration } from '../../model/stack.ts';
import { proxy, refusalOf, stepsStack } from './steps-stack.ts';

const probe = { periodSeconds: 1, failureThreshold: 1 };

test.each<[string, Partial<Sidecar>, string]>([
  [
    'listens on the port of its service',
    { ports: { health: 8080 } },
    'the container port 8080 is taken 2 times',
  ],
  [
    'has the port name of its service',
    { ports: { http: 9090 }, probes: {} },
    'the port name http is taken 2 times',
  ],
  ['has a port that is none', { ports: { health: 0 } }, 'its port "health" is 0; a port is a whole number'],
  [
    'has a port name that is none',
    { ports: { Health: 1 }, probes: {} },
    'the name of its port "Health" must be',
  ],
  [
    'is probed at a port it does not have',
    { probes: { liveness: { tcp: { port: 'up' }, ...probe } } },
    'its liveness probe asks port "up", which it does not have.',
  ],
  [
    'mounts a volume that is not there',
    { mounts: { rows: '/rows' } },
    'mounts volume "rows", which it does not',
  ],
  ['has the name of its service', { name: 'app' }, 'container name app is taken 2 times'],
  ['has an image that is none', { image: '' }, '"" is no image.'],
])('a sidecar that %s is refused', (_what, changed, why) => {
  const ports = { http: { containerPort: 8080, doc: '' } };
  expect(refusalOf({ ports, sidecars: [{ ...proxy, ...changed }] })).toContain(why);
});

test.each<[string, object, string]>([
  ['a node label that is no key', { nodeSelector: { 'a/b/c': 'x' } }, 'the node label "a/b/c" is no key'],
  [
    'a node label that is no value',
    { nodeSelector: { disk: 'a b' } },
    'the node label "disk" is "a b", which no',
  ],
  [
    'an annotation of our own',
    { serviceAccountAnnotations: { 'mooring.dev/paused': 'true' } },
    'the annotation "mooring.dev/paused" of its ServiceAccount is one that only this tool writes.',
  ],
  [
    'an annotation that is no key',
    { serviceAccountAnnotations: { 'a b': '' } },
    'the annotation "a b" is no key',
  ],
])('%s is refused', (_what, placement, why) => {
  expect(refusalOf(placement)).toContain(why);
});

test.each<[Toleration, string]>([
  [{}, "every taint needs operator: 'Exists'"],
  [
    { key: 'a', operator: 'Exists', value: 'b' },
    'has the value "b", which operator Exists does not look at.',
  ],
  [
    { key: 'a', effect: 'NoSchedule', tolerationSeconds: 1 },
    'has tolerationSeconds, which only effect NoExecute',
  ],
  [{ key: 'a b' }, 'the taint "a b" is no key'],
])('the toleration %o is refused', (toleration, why) => {
  expect(refusalOf({ tolerations: [toleration] })).toContain(why);
});

test.each<Toleration>([
  { operator: 'Exists' },
  { key: 'example.com/only', value: 'work', effect: 'NoSchedule' },
  { key: 'a', effect: 'NoExecute', tolerationSeconds: 0 },
])('the toleration %o is accepted', (toleration) => {
  expect(stepsStack({ tolerations: [toleration] }).services).toHaveLength(2);
});
