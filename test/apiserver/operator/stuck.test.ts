import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../kube/kinds.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { startControllerManager } from './controller-manager.ts';
import {
  chatStackIn,
  conditionOf,
  eventsIn,
  startOperator,
  startWithChatStacks,
  until,
  userOf,
} from './lab.ts';

const lab = forSuite(startWithChatStacks);

/** An operator, and a stand-in for kubelet: no container runs, and a test says what became of it. */
async function started() {
  const namespace = `stuck-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const user = userOf(lab());
  const operator = await startOperator(lab(), { namespace });
  const request: typeof user.cluster.api.request = (...asked) => user.cluster.api.request(...asked);
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const podsOf = async (service: string) => {
    const { json } = await request('GET', pods, {
      query: { labelSelector: `app.kubernetes.io/name=${service}` },
    });
    return (json as { items: Pod[] }).items;
  };
  const podWith = async (service: string, image: string) => {
    let found: Pod | undefined;
    await until(`a pod of ${service} with ${image}`, async () => {
      found = (await podsOf(service)).find(({ spec }) => spec.containers[0]?.image === image);
      return found !== undefined;
    });
    return found as Pod;
  };
  const report = (pod: Pod, status: object, isReady = false) =>
    request('PATCH', `${pods}/${pod.metadata.name}/status`, {
      contentType: 'application/strategic-merge-patch+json',
      body: { status: { ...status, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] } },
    });
  const message = async (type: string) =>
    (await user.resource(namespace))?.status?.conditions?.find((one) => one.type === type)?.message;
  const condition = async (type: string) => conditionOf(await user.resource(namespace), type);
  const apply = (spec: object) => user.apply(chatStackIn(namespace, spec));
  /** An event of the stack that is no drift. */
  const annotate = async (service: string) =>
    user.patch((await user.read('v1', 'Service', namespace, service)) ?? expect.fail(), [
      { op: 'add', path: '/metadata/annotations', value: { 'example.com/seen': 'yes' } },
    ]);
  const events = () => eventsIn(user, namespace);
  return { namespace, operator, podsOf, podWith, report, message, condition, apply, annotate, events };
}

/** As kubelet reports a container that ends with 78 at once. */
const crashed = (name: string, restartCount: number): object => ({
  phase: 'Running',
  containerStatuses: [
    {
      ...{ name, image: 'x', imageID: '', ready: false, restartCount },
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
      lastState: {
        terminated: { exitCode: 78, message: 'NEO4J_URI="x" is no address: expected bolt://host:port\n' },
      },
    },
  ],
});

describe('a rollout of a change that does not come up', () => {
  test('stops with the old pods serving, and the status says which pod, which container, and why', async () => {
    const stack = await started();
    await startControllerManager(lab());
    await stack.apply({ backend: { image: 'good:1', replicas: 2 } });
    await until('two pods', async () => (await stack.podsOf('backend')).length === 2);
    for (const pod of await stack.podsOf('backend')) await stack.report(pod, { phase: 'Running' }, true);
    await stack.apply({ backend: { image: 'bad:1', replicas: 2 } });
    const bad = await stack.podWith('backend', 'bad:1');
    await stack.report(bad, crashed('backend', 1));
    const why = `Pod ${bad.metadata.name}: CrashLoopBackOff: container "backend" exited with 78. Its last line: NEO4J_URI="x" is no address: expected bolt://host:port`;
    for (const [type, expected] of [
      ['Progressing', 'False Stuck'],
      ['Degraded', 'True AttentionNeeded'],
      ['Ready', 'False WorkloadsNotReady'],
    ] as const)
      await until(
        `${type} to say why`,
        async () =>
          (await stack.condition(type)) === expected && ((await stack.message(type)) ?? '').includes(why),
      );
    const serving = (await stack.podsOf('backend')).filter(
      ({ spec, status }) =>
        spec.containers[0]?.image === 'good:1' && status.conditions?.some(({ status: is }) => is === 'True'),
    );
    expect(serving).toHaveLength(2);
    // Each further crash is no news.
    const [written, ended] = [stack.operator.writes.length, stack.operator.ended()];
    for (const count of [2, 3, 4]) await stack.report(bad, crashed('backend', count));
    await stack.annotate('talk-redis');
    await until('a reconcile', () => Promise.resolve(stack.operator.ended() > ended));
    expect(stack.operator.writes.slice(written)).toEqual([]);
    await stack.apply({ backend: { image: 'good:2', replicas: 2 } });
    await until('the pod to be replaced', async () =>
      (await stack.podsOf('backend')).every(({ metadata }) => metadata.name !== bad.metadata.name),
    );
    await until(
      'the status to say so',
      async () => (await stack.condition('Degraded')) === 'False AsRendered',
    );
    expect(await stack.condition('Progressing')).toBe('True RollingOut');
    expect(stack.operator.errors).toEqual([]);
  });
});

describe('a pod of a StatefulSet whose template was broken and is mended', () => {
  const deletions = (writes: readonly string[]): string[] =>
    writes.filter((write) => /^DELETE .*\/pods\//.test(write));

  test.each([
    ['is replaced by Kubernetes, and by the operator not', '', 0],
    [
      'that Kubernetes never replaces is replaced by the operator, once, with an Event',
      // As by default in 1.35: an old pod that is not ready counts as the one that may be unavailable.
      'MaxUnavailableStatefulSet=true',
      1,
    ],
  ])('%s', async (_, featureGates, expected) => {
    const stack = await started();
    await startControllerManager(lab(), { featureGates });
    await stack.apply({ redis: { image: 'broken:1' } });
    const broken = await stack.podWith('redis', 'broken:1');
    let healthy: Pod | undefined;
    await until('another pod', async () => {
      [healthy] = await stack.podsOf('qdrant');
      return healthy !== undefined;
    });
    if (!healthy) return;
    const { uid } = healthy.metadata;
    await stack.report(healthy, { phase: 'Running' }, true);
    await stack.report(broken, crashed('redis', 3));
    await until('the cause', async () => (await stack.condition('Degraded')) === 'True AttentionNeeded');
    await stack.apply({ redis: { image: 'mended:1' } });
    const mended = await stack.podWith('redis', 'mended:1');
    await stack.report(mended, crashed('redis', 3));
    await until('the cause of the next', async () =>
      ((await stack.message('Degraded')) ?? '').includes('redis-0'),
    );
    expect(deletions(stack.operator.writes)).toHaveLength(expected);
    const told = (await stack.events()).filter(({ reason }) => reason === 'StuckPodReplaced');
    expect(told).toHaveLength(expected);
    for (const { message } of told) expect(message).toContain('Pod talk-redis-0 of an earlier template');
    expect((await stack.podsOf('qdrant'))[0]?.metadata.uid).toBe(uid);
    expect(stack.operator.errors).toEqual([]);
  });
});
