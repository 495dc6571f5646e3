import { describe } from 'vitest';
import { deployment, is, judged, service, silent, store, type Fields } from './small-manifests.ts';

/** A patch is written like the object that it changes, and is a part of one: what the rest is, is not here. */

const object = (apiVersion: string, kind: string, spec?: Fields): Fields => ({
  ...{ apiVersion, kind, metadata: { name: 'web' } },
  ...(spec ? { spec } : {}),
});
const workload = (spec?: Fields): Fields => object('apps/v1', 'Deployment', spec);
const container = (own: Fields): Fields => ({ spec: { containers: [{ name: 'main', ...own }] } });
const sidecar = {
  spec: {
    containers: [
      { name: 'proxy', image: 'example.org/proxy:1' },
      { name: 'main', args: ['--v=2'] },
    ],
  },
};
const part = is('unknown', 'INVALID_FIELD');

describe('a part of an object is not known to be wrong', () => {
  judged([
    ['the replicas of a Deployment', [workload({ replicas: 3 })], part],
    ['its annotations', [workload()], part],
    ['an argument of its container', [workload({ template: container({ args: ['--v=2'] }) })], part],
    ['a sidecar', [workload({ template: sidecar })], part],
    ['a label of its pods', [workload({ template: { metadata: { labels: { sidecar: 'true' } } } })], part],
    ['the suspension of a CronJob', [object('batch/v1', 'CronJob', { suspend: true })], part],
    [
      'the bounds of an autoscaler',
      [object('autoscaling/v2', 'HorizontalPodAutoscaler', { minReplicas: 2 })],
      part,
    ],
    [
      'the conversion of a definition',
      [object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { conversion: { strategy: 'None' } })],
      part,
    ],
    ['the type of a Service', [object('v1', 'Service', { type: 'LoadBalancer' })], part],
    [
      'beside the whole object',
      [...store('web', 'registry.example.org/web:1', 8080), workload({ replicas: 3 })],
      part,
    ],
  ]);
});

describe('a whole object that lacks something is wrong', () => {
  const whole = deployment('web', {}) as { spec: Fields };
  judged([
    ['a selector', [workload({ template: whole.spec['template'] })], is('error', 'INVALID_FIELD')],
    [
      'an image',
      [
        workload({
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, ...container({}) },
        }),
      ],
      is('error', 'INVALID_FIELD'),
    ],
    [
      'a spec that is called otherwise',
      [{ ...workload(), spce: whole.spec }],
      [...is('error', 'INVALID_FIELD'), ...is('error', 'FIELD_UNKNOWN')],
    ],
    ['nothing', [service('web', 8080), deployment('web', { ports: [{ containerPort: 8080 }] })], silent],
  ]);
});
