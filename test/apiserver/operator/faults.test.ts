import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../kube/objects.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { differences } from './differences.ts';
import { endAtWrites } from './ended-operators.ts';
import {
  chatStackIn,
  conditionOf,
  newNamespace,
  settled,
  startOperator,
  until,
  userOf,
  refused,
  type Intercept,
} from './lab.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

describe('an operator that ends in the middle', () => {
  test('after any write leaves what the next one completes', async () => {
    await endAtWrites(lab(), { every: 5 });
  });
});

describe('an operator whose requests fail', () => {
  test.each([
    ['every first try of an update is a conflict', 409, 'Conflict'],
    ['every second write is refused for want of a permission', 403, 'Forbidden'],
    ['every second write fails in the API server', 500, 'InternalError'],
  ])('%s: the stack is applied all the same', async (_, status, reason) => {
    const namespace = await newNamespace(lab(), 'fault');
    const user = userOf(lab());
    const tried = new Set<string>();
    const intercept: Intercept = (method, path, send) => {
      if (method === 'GET' || path.endsWith('/events') || tried.has(path)) return send();
      tried.add(path);
      return Promise.reject(refused(status, reason));
    };
    await startOperator(lab(), { namespace, intercept });
    await user.apply(chatStackIn(namespace));
    await until(
      'the stack to be applied',
      async () => conditionOf(await user.resource(namespace), 'Degraded') === 'False AsRendered',
    );
    expect(await differences(lab(), user, namespace)).toEqual([]);
  });

  test.each(['Service', 'Deployment', 'NetworkPolicy', 'ConfigMap'])(
    'may not write a %s: that is a condition, and everything else is applied',
    async (kind) => {
      const namespace = await newNamespace(lab(), 'fault');
      const user = userOf(lab());
      const plural = { NetworkPolicy: 'networkpolicies' }[kind] ?? `${kind.toLowerCase()}s`;
      const intercept: Intercept = (method, path, send) =>
        method !== 'GET' && path.includes(`/${plural}/`) ? Promise.reject(refused(403, 'Forbidden')) : send();
      const { errors } = await startOperator(lab(), { namespace, intercept });
      await user.apply(chatStackIn(namespace));
      await until(
        'the condition',
        async () => conditionOf(await user.resource(namespace), 'Ready') === 'False NotApplied',
      );
      const missing = (await differences(lab(), user, namespace)).filter(
        (one) => !one.startsWith(`${kind}/`),
      );
      expect(missing).toEqual([]);
      expect(errors).toEqual([]);
    },
  );
});

test.each([
  ['a conflict', 409, 'Conflict'],
  ['a fault of the API server', 500, 'InternalError'],
])(
  'what was put back is told although the status could not be written at once: %s',
  async (_, status, reason) => {
    const namespace = await newNamespace(lab(), 'fault');
    const user = userOf(lab());
    let isRefused = false;
    let refusals = 0;
    const intercept: Intercept = (method, path, send) => {
      if (!isRefused || method !== 'PATCH' || !path.endsWith('/talk/status')) return send();
      isRefused = false;
      refusals += 1;
      return Promise.reject(refused(status, reason));
    };
    const operator = await startOperator(lab(), { namespace, intercept });
    await user.apply(chatStackIn(namespace));
    await until('the stack to be applied', () => user.isObserved(namespace));
    await settled(operator);
    const service = (await user.read('v1', 'Service', namespace, 'talk-redis')) as KubeObject;
    isRefused = true;
    await user.patch(service, [{ op: 'replace', path: '/spec/ports/0/port', value: 6380 }]);
    const lastDrift = async () => (await user.resource(namespace))?.status?.lastDrift;
    await until('it to be told', async () => (await lastDrift()) !== undefined);
    expect(await lastDrift()).toMatchObject({ object: 'Service talk-redis', to: '6380' });
    expect(refusals).toBe(1);
  },
);

test('may not read the Secret of a stack that is as rendered: that is a condition', async () => {
  const namespace = await newNamespace(lab(), 'fault');
  const user = userOf(lab());
  let isDenied = false;
  const intercept: Intercept = (_, path, send) =>
    isDenied && path.includes('/secrets/') ? Promise.reject(refused(403, 'Forbidden')) : send();
  const { errors, enqueue } = await startOperator(lab(), { namespace, intercept });
  await user.apply(chatStackIn(namespace));
  const applied = async () => conditionOf(await user.resource(namespace), 'Degraded') === 'False AsRendered';
  await until('the stack to be applied', applied);
  isDenied = true;
  await until('the condition', async () => {
    enqueue(namespace, 'talk');
    return conditionOf(await user.resource(namespace), 'Ready') === 'False NotApplied';
  });
  isDenied = false;
  await until('it to end', async () => {
    enqueue(namespace, 'talk');
    return applied();
  });
  expect(errors).toEqual([]);
});

test('a paused stack of which a dry run is denied says so, and asks again', async () => {
  const namespace = await newNamespace(lab(), 'fault');
  const user = userOf(lab());
  let isDenied = true;
  const intercept: Intercept = (method, path, send) =>
    isDenied && method === 'PATCH' && path.includes('/services/')
      ? Promise.reject(refused(403, 'Forbidden'))
      : send();
  const { errors, enqueue } = await startOperator(lab(), { namespace, intercept });
  await user.apply(chatStackIn(namespace, { paused: true }));
  const ready = async () => {
    enqueue(namespace, 'talk');
    const { conditions = [] } = (await user.resource(namespace))?.status ?? {};
    return conditions.find(({ type }) => type === 'Ready');
  };
  await until('the denial to be told', async () => /says Forbidden/.test((await ready())?.message ?? ''));
  expect(await ready()).toMatchObject({ status: 'False', reason: 'NotApplied' });
  isDenied = false;
  await until('it to be asked again', async () => !/Forbidden/.test((await ready())?.message ?? ''));
  expect((await ready())?.message).toMatch(/^Not applied while spec.paused is true: .* more\.$/);
  expect(errors).toEqual([]);
});

describe('an object that is written by others while it is put back', () => {
  const deploymentIn = (namespace: string) =>
    userOf(lab()).read('apps/v1', 'Deployment', namespace, 'talk-backend');

  /** An operator of a stack whose Deployment is annotated by others just before the operator's nth patch of it. */
  async function writtenBefore(nth: number): Promise<{ namespace: string; patches: () => number }> {
    const namespace = await newNamespace(lab(), 'fault');
    const user = userOf(lab());
    const annotate = async (op: object) => user.patch((await deploymentIn(namespace)) as KubeObject, [op]);
    let isEdited = false;
    let patches = 0;
    const intercept: Intercept = async (method, path, send) => {
      if (isEdited && method === 'PATCH' && path.endsWith('/deployments/talk-backend') && ++patches === nth)
        await annotate({ op: 'add', path: '/metadata/annotations/example.com~1note', value: 'now' });
      return send();
    };
    const operator = await startOperator(lab(), { namespace, intercept });
    await user.apply(chatStackIn(namespace));
    await until('the stack to be applied', () => user.isObserved(namespace));
    await settled(operator);
    await annotate({ op: 'add', path: '/metadata/annotations', value: { 'example.com/note': 'before' } });
    await settled(operator);
    isEdited = true;
    return { namespace, patches: () => patches };
  }

  // A dry run, the take-over of fields, and the apply.
  test.each([1, 2, 3])('before patch %i of it: it is put back, and its change alone is told', async (nth) => {
    const { namespace, patches } = await writtenBefore(nth);
    const user = userOf(lab());
    const before = (await deploymentIn(namespace)) as KubeObject;
    await user.patch(before, [{ op: 'replace', path: '/spec/replicas', value: 5 }]);
    const lastDrift = async () => (await user.resource(namespace))?.status?.lastDrift;
    await until('something to be told', async () => (await lastDrift()) !== undefined);
    expect(await lastDrift()).toMatchObject({ field: 'spec.replicas', manager: 'kubectl-edit' });
    const after = await deploymentIn(namespace);
    expect(after?.['spec']).toEqual(before['spec']);
    expect(after?.metadata.annotations).toMatchObject({ 'example.com/note': 'now' });
    expect(patches()).toBeGreaterThan(3);
  });
});
