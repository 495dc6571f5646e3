import { describe, expect, test } from 'vitest';
import { projectPod, type PodView } from '../../../operator/gates/pod-view.ts';
import type { Observed } from '../../../operator/reconcile/observed.ts';
import { stuckOf } from '../../../operator/reconcile/stuck.ts';
import { condition, queueReady } from '../gates/pods.ts';

const began = Date.parse('2026-01-01T00:00:00Z');
const seconds = 1_000;

/** A pod as the API server has it, that was never ready. */
const pod = (name: string, status: object): PodView =>
  projectPod({
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { name, namespace: 'n', uid: name, labels: { 'app.kubernetes.io/instance': 'demo' } },
    spec: { containers: [], readinessGates: [{ conditionType: queueReady }] },
    status: {
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      ...status,
    },
  });
const crashing = (restartCount: number, message?: string): object => ({
  containerStatuses: [
    {
      name: 'web',
      restartCount,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 78, ...(message === undefined ? {} : { message }) } },
    },
  ],
});
const waiting = (reason: string): object => ({
  containerStatuses: [{ name: 'web', restartCount: 0, state: { waiting: { reason, message: 'why' } } }],
});
const workload = (name: string, rollout: Partial<NonNullable<Observed['rollout']>>): Observed => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', name, namespace: 'n', uid: name, resourceVersion: '1' },
  ...{ stack: 'demo', fingerprint: '', isEnding: false, isPaused: false },
  rollout: { wanted: 1, replicas: 1, ready: 0, updated: 1, isDone: false, ...rollout },
});
const at = (ms: number, pods: readonly PodView[], workloads: readonly Observed[] = []) =>
  stuckOf(pods, workloads, began + ms);

describe('what keeps pods from coming up', () => {
  test('is a crash, with the last line of the process, its secrets masked', () => {
    const { stuck } = at(0, [pod('web-1', crashing(3, 'starting\nREDIS_PORT="x": expected a port\n'))]);
    expect(stuck).toEqual([
      'Pod web-1: CrashLoopBackOff: container "web" exited with 78. Its last line: REDIS_PORT="x": expected a port',
    ]);
    const secret = at(0, [pod('web-1', crashing(3, 'refused: password=hunter2hunter2'))]).stuck.join();
    expect(secret).toContain('refused');
    expect(secret).not.toContain('hunter2');
  });

  test('is told in the same words after each further crash', () => {
    expect(at(0, [pod('web-1', crashing(3))])).toEqual(at(0, [pod('web-1', crashing(30))]));
  });

  test('is the same crash while the container is started again, until it has run for a minute', () => {
    const startedAt = '2026-01-01T00:01:00Z';
    const [status] = (crashing(3) as { containerStatuses: object[] }).containerStatuses;
    const again = { containerStatuses: [{ ...status, state: { running: { startedAt } } }] };
    const inBackOff = at(90 * seconds, [pod('web-1', crashing(3))]).stuck;
    expect(at(90 * seconds, [pod('web-1', again)])).toEqual({
      stuck: inBackOff,
      requeueAfterMs: 30 * seconds,
    });
    expect(at(120 * seconds, [pod('web-1', again)])).toEqual({ stuck: [] });
  });

  test('is the same image whether it is pulled again just now, or later', () => {
    const states = [
      ['ErrImagePull', 'not found'],
      ['ImagePullBackOff', 'Back-off pulling image "x:1": ErrImagePull: not found'],
    ].map(([reason, message]) => ({
      containerStatuses: [{ name: 'web', image: 'x:1', state: { waiting: { reason, message } } }],
    }));
    const told = states.map((status) => at(0, [pod('web-1', status)]).stuck);
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).toEqual([
      'Pod web-1: ImagePullBackOff: container "web": the image "x:1" cannot be pulled: not found',
    ]);
  });

  test('is told once it has lasted too long to pass by itself, and looked at again then', () => {
    const pods = [pod('web-1', waiting('CreateContainerConfigError'))];
    expect(at(2 * seconds, pods)).toEqual({ stuck: [], requeueAfterMs: 3 * seconds });
    expect(at(5 * seconds, pods)).toEqual({
      stuck: ['Pod web-1: CreateContainerConfigError: container "web": why'],
    });
  });

  test('is a gate that stays closed though its dependency is up', () => {
    const gated = {
      ...pod('web-1', {}),
      conditions: [condition(queueReady, 'False', 'Closed', 'It waits.')],
    };
    const up = workload('demo-queue', { isDone: true });
    expect(at(20 * seconds, [gated], [up]).stuck).toEqual(['Pod web-1: Gate: It waits.']);
    expect(at(19 * seconds, [gated], [up]).stuck).toEqual([]);
    expect(at(20 * seconds, [gated], [workload('demo-queue', {})]).stuck, 'it is not up').toEqual([]);
  });

  test('is such a gate only once its dependency has been up for so long', () => {
    const gated = {
      ...pod('web-1', {}),
      conditions: [condition(queueReady, 'False', 'Closed', 'It waits.')],
    };
    const queue = {
      ...pod('queue-0', {
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:01:00Z' }],
      }),
      service: 'queue',
    };
    const up = workload('demo-queue', { isDone: true });
    const soon = at(79 * seconds, [gated, queue], [up]);
    expect(soon).toEqual({ stuck: [], requeueAfterMs: seconds });
    expect(at(80 * seconds, [gated, queue], [up]).stuck).toEqual(['Pod web-1: Gate: It waits.']);
  });

  test('is what a workload itself says', () => {
    const failing = workload('demo-web', { failure: 'FailedCreate: exceeded quota' });
    expect(at(0, [], [failing]).stuck).toEqual(['Deployment demo-web: FailedCreate: exceeded quota']);
  });

  test('is named of three pods, in the order of their names, and counted of more', () => {
    const pods = ['e', 'd', 'c', 'b', 'a'].map((name) => pod(name, waiting('ImagePullBackOff')));
    expect(at(0, pods).stuck.map((line) => line.slice(0, 6))).toEqual([
      'Pod a:',
      'Pod b:',
      'Pod c:',
      '2 more',
    ]);
  });

  test('is nothing of a pod that is ready, ends, or is only being made', () => {
    const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
    const ending = { ...pod('web-2', crashing(1)), isEnding: true };
    const pods = [
      pod('web-1', { ...crashing(1), ...ready }),
      ending,
      pod('web-3', waiting('ContainerCreating')),
    ];
    expect(at(60 * seconds, pods)).toEqual({ stuck: [] });
  });
});
