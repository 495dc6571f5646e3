import { expect, test } from 'vitest';
import { causesOf } from '../../deploy/rollout/causes.ts';
import { stackCauses } from '../../deploy/rollout/stack-causes.ts';
import type { WorkloadState } from '../../deploy/rollout/workload-status.ts';
import type { Pod } from '../../kube/kinds.ts';
import { migrate, stepsStack } from '../model/steps-stack.ts';

const pod = (name: string, status: Pod['status']): Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [] } },
  status,
});
const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 's-app' } };

/** The app, whose init step crashed in a run that began at this time. */
const crashed = (startedAt: string): WorkloadState => {
  const status = { name: 'migrate', image: '', imageID: '', ready: false, restartCount: 3 };
  const terminated = { exitCode: 1, startedAt };
  return {
    ...{ object, service: 'app', rolledOut: false },
    pods: [
      pod('s-app-1', {
        initContainerStatuses: [
          { ...status, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } },
        ],
      }),
    ],
  };
};

/** The store, ready since 10 o'clock or not yet. */
const store = (rolledOut: boolean): WorkloadState => ({
  ...{ object: { ...object, kind: 'StatefulSet' }, service: 'store', rolledOut },
  pods: [
    pod('s-store-0', {
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T10:00:00Z' }],
    }),
  ],
});

const [before, after] = ['2026-01-01T09:59:00Z', '2026-01-01T10:01:00Z'];

test.each([
  ['while the store is not up', before, false, 0],
  ['in a run that began before the store was up', before, true, 0],
  ['in a run that began when the store was up', after, true, 1],
])('a crash of an init step that dials the store %s counts or not', (_when, began, isUp, count) => {
  const [states, stack] = [[crashed(began), store(isUp)], stepsStack({ init: [migrate] })];
  expect(stackCauses(stack, states)).toHaveLength(count);
});

test('a crash of an init step that dials nothing counts at once', () => {
  const stack = stepsStack({ init: [{ name: 'migrate', command: ['app'] }] });
  const states = [crashed(before), store(false)];
  expect(stackCauses(stack, states)).toEqual(states.flatMap(causesOf));
});
