import { describe, expect, test } from 'vitest';
import { backendName } from '../../../contract/services/backend-ports.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { ClusterError } from '../../../kube/cluster-error.ts';
import type { Deployment, StatefulSet } from '../../../kube/kinds.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { isWorkload } from '../../../model/stack.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { poll } from '../../servers/poll.ts';
import { appliedStack, chatStackIn, conditionOf, settled, startOperator, until } from './lab.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

/** A stack that an operator has applied, of which nothing is under way. */
async function applied(spec: object) {
  const { read: find, events: found, ...stack } = await appliedStack(lab(), spec);
  await settled(stack.operator);
  const read = async (kind: string, name: string, apiVersion?: string): Promise<KubeObject> => {
    const object = await find(kind, name, apiVersion);
    if (!object) throw new Error(`There is no ${kind} ${name}.`);
    return object;
  };
  const drifted = async () => conditionOf(await stack.user.resource(stack.namespace), 'Drifted');
  const events = async () => (await found()).map(({ reason, message }) => `${reason} ${message}`);
  return { ...stack, read, drifted, events };
}

const port = async (read: (kind: string, name: string) => Promise<KubeObject>): Promise<unknown> =>
  ((await read('ConfigMap', 'talk-backend-config')) as { data?: Record<string, string> }).data?.[
    'REDIS_PORT'
  ];
const removal = [{ op: 'remove', path: '/data/REDIS_PORT' }];
const deployment = async (read: (...args: [string, string, string]) => Promise<KubeObject>) => {
  const { spec } = (await read('Deployment', 'talk-backend', 'apps/v1')) as Deployment;
  return spec.template.spec?.containers[0];
};

describe.each(['report', 'ignore'] as const)('a stack with `drift: %s`', (drift) => {
  test('leaves what was removed, through later reconciles too', async () => {
    const { user, read, operator, drifted, events } = await applied({ drift });
    await user.patch(await read('ConfigMap', 'talk-backend-config'), removal);
    await settled(operator);
    const note = [{ op: 'add', path: '/metadata/annotations', value: { 'example.com/a': 'b' } }];
    await user.patch(await read('Service', 'talk-redis'), note);
    await settled(operator);
    expect(await port(read)).toBeUndefined();
    const isReported = drift === 'report';
    expect(await drifted()).toBe(isReported ? 'True LeftAsChanged' : 'Unknown Ignored');
    expect((await events()).filter((one) => one.includes('REDIS_PORT'))).toHaveLength(isReported ? 1 : 0);
  });

  test('applies what its document changes in an object that others changed, and leaves their change', async () => {
    const { namespace, user, read, operator } = await applied({ drift });
    await user.patch(await read('Deployment', 'talk-backend', 'apps/v1'), [
      { op: 'add', path: '/spec/template/spec/containers/0/env/-', value: { name: 'EXTRA', value: '1' } },
      { op: 'replace', path: '/spec/template/spec/containers/0/imagePullPolicy', value: 'Always' },
    ]);
    await settled(operator);
    await user.apply(chatStackIn(namespace, { drift, backend: { image: 'example.com/new:2' } }));
    await until('the document to be applied', () => user.isObserved(namespace));
    await settled(operator);
    const container = await deployment(read);
    expect(container?.image).toBe('example.com/new:2');
    expect(container?.imagePullPolicy).toBe('Always');
    expect(container?.env?.find(({ name }) => name === 'EXTRA')?.value).toBe('1');
  });

  test('leaves what was deleted, when its document is changed too, and brings it back by `drift: heal`', async () => {
    const { namespace, user, read, operator, drifted, events } = await applied({ drift });
    await operator.stop();
    await user.remove(await read('Service', 'talk-qdrant'));
    await user.apply(chatStackIn(namespace, { drift, backend: { image: 'example.com/new:2' } }));
    const next = await startOperator(lab(), { namespace });
    await until('the document to be applied', () => user.isObserved(namespace));
    await settled(next);
    const service = () => user.read('v1', 'Service', namespace, 'talk-qdrant');
    expect(await service()).toBeUndefined();
    expect((await deployment(read))?.image).toBe('example.com/new:2');
    const isReported = drift === 'report';
    expect(await drifted()).toBe(isReported ? 'True LeftAsChanged' : 'Unknown Ignored');
    const told = (await events()).filter((one) => one.includes('talk-qdrant was deleted'));
    expect(told).toHaveLength(isReported ? 1 : 0);
    await user.apply(chatStackIn(namespace, { drift: 'heal' }));
    await until('the Service to be back', async () => (await service()) !== undefined);
  });

  test('makes a StatefulSet again that it recreates around its pods, since a volume grows', async () => {
    const { namespace, user, read, operator, drifted, events } = await applied({ drift });
    await user.apply(chatStackIn(namespace, { drift, redis: { storage: { size: '50Gi' } } }));
    const set = () => read('StatefulSet', 'talk-redis', 'apps/v1') as Promise<StatefulSet & KubeObject>;
    await until('the set to end', async () => (await set()).metadata.deletionTimestamp !== undefined);
    const ready = async () => conditionOf(await user.resource(namespace), 'Ready');
    await until('the status to say so', async () => (await ready())?.startsWith('False NotApplied') === true);
    // As a garbage collector does once the pods are orphaned.
    await user.patch(await set(), [{ op: 'remove', path: '/metadata/finalizers' }]);
    const size = async () =>
      (await set()).spec.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.['storage'];
    await until('the set to be there again', async () => (await size()) === '50Gi');
    await settled(operator);
    expect(await drifted()).toBe(drift === 'report' ? 'False AsRendered' : 'Unknown Ignored');
    expect((await events()).filter((one) => one.includes('deleted'))).toEqual([]);
  });
});

describe('what others do again and again', () => {
  /** Does it whenever it can be done, for six seconds; answers how often. */
  async function againAndAgain(act: () => Promise<boolean>): Promise<number> {
    let times = 0;
    await poll(async () => (await act()) && ++times < 0, { timeoutMs: 6_000 });
    return times;
  }

  test('a removal is put back ever more rarely', async () => {
    const { user, read, drifted } = await applied({});
    const removals = await againAndAgain(async () => {
      if ((await port(read)) === undefined) return false;
      await user.patch(await read('ConfigMap', 'talk-backend-config'), removal);
      return true;
    });
    expect(removals).toBeGreaterThan(3);
    expect(removals).toBeLessThan(8);
    await until('the status to say so', async () => (await drifted()) === 'True Contested');
  });

  test('a deletion is put back ever more rarely, and is told of while all is as rendered', async () => {
    const { namespace, user, operator, drifted } = await applied({});
    const policy = () => user.read('networking.k8s.io/v1', 'NetworkPolicy', namespace, 'talk-default-deny');
    const deletions = await againAndAgain(async () => {
      const found = await policy();
      if (found) await user.remove(found);
      return found !== undefined;
    });
    expect(deletions).toBeGreaterThan(3);
    expect(deletions).toBeLessThan(8);
    await until('the policy to be back', async () => (await policy()) !== undefined);
    await settled(operator);
    expect(await drifted()).toBe('True Contested');
  });
});

test('an operator that renders one object more takes it for new, not for deleted', async () => {
  const { namespace, user, operator, events } = await applied({ drift: 'report' });
  await operator.stop();
  const newer = {
    ...chatKind,
    stack: (document: never) => {
      const stack = chatKind.stack(document);
      const [backend] = stack.services.filter(({ name }) => name === backendName).filter(isWorkload);
      const extra = { ...backend, name: 'extra', edges: [], secrets: undefined, report: undefined };
      return { ...stack, services: [...stack.services, JSON.parse(JSON.stringify(extra)) as typeof backend] };
    },
  } as unknown as StackKind;
  await startOperator(lab(), { namespace, kinds: [newer] });
  const made = () => user.read('apps/v1', 'Deployment', namespace, 'talk-extra');
  await until('the new workload', async () => (await made()) !== undefined);
  expect((await events()).filter((one) => one.includes('deleted'))).toEqual([]);
});

test('a store that becomes external is kept until what needs it no longer is applied', async () => {
  const { namespace, user, operator } = await applied({});
  await operator.stop();
  const error = new ClusterError('CLUSTER_REFUSED', 'A quota is exceeded.');
  const refusing = await startOperator(lab(), {
    namespace,
    intercept: (method, path, send) =>
      method !== 'GET' && path.endsWith('/talk-backend') ? Promise.reject(error) : send(),
  });
  await user.apply(chatStackIn(namespace, { redis: { external: { host: 'redis.example.com' } } }));
  await until('the document to be seen', () => user.isObserved(namespace));
  await settled(refusing);
  expect(await user.read('apps/v1', 'StatefulSet', namespace, 'talk-redis')).toBeDefined();
  await refusing.stop();
  await startOperator(lab(), { namespace });
  const set = () => user.read('apps/v1', 'StatefulSet', namespace, 'talk-redis');
  await until('the store to be gone', async () => (await set()) === undefined);
});
