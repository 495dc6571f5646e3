import { describe, expect, test } from 'vitest';
import { amountOf } from '../../model/quantity.ts';
import { causesOf } from '../../deploy/rollout/causes.ts';
import type { WorkloadState } from '../../deploy/rollout/workload-status.ts';
import type { Pod } from '../../kube/kinds.ts';

const pod = (status: Pod['status']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { containers: [] },
  status,
});
const state = (status: Pod['status'], more: Partial<WorkloadState> = {}): WorkloadState => ({
  object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
  service: 'web',
  rolledOut: false,
  pods: [pod(status)],
  ...more,
});
const waiting = (reason: string, message = '') => ({
  containerStatuses: [
    {
      name: 'web',
      image: 'web:1',
      imageID: '',
      ready: false,
      restartCount: 3,
      state: { waiting: { reason, message } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    },
  ],
});

describe('a workload that does not come up', () => {
  test.each(['ContainerCreating', 'PodInitializing'])('is waited for while it is %s', (reason) => {
    expect(causesOf(state(waiting(reason)))).toEqual([]);
  });

  test.each([
    ['ImagePullBackOff', 'Back-off pulling image "web:1"', 'no reason given', 0],
    ['ImagePullBackOff', 'Back-off pulling image "web:1": ErrImagePull: not found', 'not found', 0],
    ['ErrImagePull', 'not found', 'not found', 10_000],
  ])(
    'names an image that cannot be pulled, and why, while it is %s: %s',
    (reason, message, why, patienceMs) => {
      expect(causesOf(state(waiting(reason, message)))).toEqual([
        {
          ...{ reason, where: 'Pod web-0', patienceMs },
          message: `container "web": the image "web:1" cannot be pulled: ${why}`,
        },
      ]);
    },
  );

  test('names how a container that crashes ended, and where its last words are', () => {
    expect(causesOf(state(waiting('CrashLoopBackOff')))).toMatchObject([
      {
        message: 'container "web" was killed for using more memory than its limit, 3 times by now',
        log: { pod: 'web-0', container: 'web', previous: true },
      },
    ]);
  });

  test('has the scheduler’s words, once they have stood for a while', () => {
    const message = '0/1 nodes are available: 1 Insufficient memory.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const [cause] = causesOf(state({ conditions }));
    expect(cause?.message).toContain(message);
    expect(cause?.patienceMs).toBeGreaterThan(0);
  });

  test('has its controller’s words where no pod can be made', () => {
    const message = 'pods "web-1" is forbidden: exceeded quota';
    const failure = { reason: 'FailedCreate', message, isFinal: false };
    expect(causesOf(state({}, { pods: [], failure }))).toMatchObject([
      { reason: 'FailedCreate', where: 'Deployment web', message },
    ]);
  });
});

test.each([
  ['100m', 0.1],
  ['2', 2],
  ['1.5Gi', 1_610_612_736],
  ['1k', 1_000],
  ['1e3', 1_000],
  ['128974848', 128_974_848],
])('the quantity %s is %d', (quantity, amount) => {
  expect(amountOf(quantity)).toBe(amount);
});
