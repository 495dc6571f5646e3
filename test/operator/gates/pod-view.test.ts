import { expect, test } from 'vitest';
import { verifiedCondition } from '../../../model/gates.ts';
import { configDigestAnnotation } from '../../../model/names.ts';
import { podKeyOf, projectPod } from '../../../operator/gates/pod-view.ts';
import { began, condition, queueReady } from './pods.ts';

const pod = (status: object = {}, metadata: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: {
    ...{ name: 'web-1', namespace: 'n', uid: 'u1', resourceVersion: '7' },
    labels: { 'app.kubernetes.io/instance': 'demo', 'app.kubernetes.io/name': 'web' },
    annotations: { [configDigestAnnotation]: 'sha-1' },
    ...metadata,
  },
  spec: {
    readinessGates: [queueReady, verifiedCondition, 'mooring.dev/later', 'example.com/queue-ready'].map(
      (conditionType) => ({ conditionType }),
    ),
    containers: [{ name: 'web', ports: [{ name: 'metrics', containerPort: 9090 }] }, { name: 'aside' }],
  },
  status: { phase: 'Running', podIP: '10.0.0.1', ...status },
});

test('a pod is kept with its place, its ports, its digest and the gates of this version only', () => {
  const view = projectPod(pod());
  expect(view).toEqual({
    ...{ name: 'web-1', namespace: 'n', uid: 'u1', resourceVersion: '7', stack: 'demo', service: 'web' },
    ...{ ip: '10.0.0.1', ports: { metrics: 9090 }, digest: 'sha-1' },
    gates: [queueReady, verifiedCondition],
    ...{ conditions: [], isReady: false, isEnding: false, causes: [] },
  });
  expect(podKeyOf(view)).toBe('n/web-1');
});

test('of its conditions only those of its own gates are kept, never Ready', () => {
  const ours = { type: queueReady, status: 'True', lastTransitionTime: began };
  const conditions = [
    { type: 'Ready', status: 'False' },
    ours,
    { type: 'mooring.dev/other-ready', status: 'True' },
  ];
  expect(projectPod(pod({ conditions })).conditions).toEqual([condition(queueReady, 'True')]);
});

test.each([
  ['is not running yet', pod({ phase: 'Pending' })],
  ['has no address yet', pod({ podIP: undefined })],
  ['has ended', pod({ phase: 'Succeeded' })],
  ['is being deleted', pod({}, { deletionTimestamp: began })],
])('a pod that %s has no address to be asked at', (_, object) => {
  expect(projectPod(object)).not.toHaveProperty('ip');
});
