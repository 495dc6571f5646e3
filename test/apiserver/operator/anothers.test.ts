import { describe, expect, test } from 'vitest';
import { renderStack } from '../../../charts-ts/render.ts';
import { secretMakerOf } from '../../../charts-ts/secrets.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { ensureSecret } from '../../../deploy/secret.ts';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import { openCluster } from '../../../kube/cluster.ts';
import { keyOfObject, type KubeObject } from '../../../kube/objects.ts';
import { applyObject } from '../../../kube/server-side-apply.ts';
import { stackLabels } from '../../../model/labels.ts';
import { fieldManager, secretOfAnnotation } from '../../../model/names.ts';
import { forSuite } from '../../servers/for-suite.ts';
import {
  chatStackIn,
  conditionOf,
  newNamespace,
  settled,
  startOperator,
  startWithChatStacks,
  until,
  userOf,
} from './lab.ts';

const lab = forSuite(startWithChatStacks);

/** A namespace with objects of others, in which a stack is asked for. */
async function asked(others: (namespace: string) => readonly KubeObject[]) {
  const namespace = await newNamespace(lab(), 'taken');
  const user = userOf(lab());
  for (const object of others(namespace)) await user.apply(object);
  const operator = await startOperator(lab(), { namespace });
  await user.apply(chatStackIn(namespace));
  const message = async (type: string) =>
    (await user.resource(namespace))?.status?.conditions?.find((one) => one.type === type)?.message ?? '';
  const isRefused = () =>
    until(
      'the problem to be reported',
      async () => conditionOf(await user.resource(namespace), 'Ready') === 'False NotApplied',
    );
  const isWhole = () =>
    until(
      'the stack to be applied',
      async () => conditionOf(await user.resource(namespace), 'Degraded') === 'False AsRendered',
    );
  /** The workloads, of anybody. */
  const started = async () => {
    const live = await Promise.all(
      [
        'Deployment talk-backend',
        'StatefulSet talk-redis',
        'StatefulSet talk-neo4j',
        'StatefulSet talk-qdrant',
      ].map(async (one) => {
        const [kind = '', name = ''] = one.split(' ');
        return (await user.read('apps/v1', kind, namespace, name)) ? [one] : [];
      }),
    );
    return live.flat();
  };
  const kubectl = async (command: string): Promise<void> => {
    const { code, stderr } = await lab().kubectl(command.split(' ').slice(1));
    expect(code, stderr).toBe(0);
  };
  return { namespace, user, operator, message, isRefused, isWhole, started, kubectl };
}

const account = (namespace: string, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'talk-qdrant', namespace, ...metadata },
});

/** As a controller has it that gave it the labels of everything it makes. */
const controlled = (namespace: string): object => ({
  labels: stackLabels({ name: 'talk' }),
  ownerReferences: [
    {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      name: 'boss',
      uid: `uid-of-${namespace}`,
      controller: true,
    },
  ],
});

describe('an object of the name that a stack renders, which is not the stack’s', () => {
  test('is left alone though no field of it is in the way, and nothing is started beside it', async () => {
    const { namespace, user, operator, message, isRefused, isWhole, started, kubectl } = await asked(
      (place) => [account(place)],
    );
    await isRefused();
    await settled(operator);
    const said = await message('Ready');
    expect(said).toMatch(/^ServiceAccount talk-qdrant is there and is no object of this stack\. /);
    expect(said).toContain(
      "Deployment talk-backend is not started while ServiceAccount talk-qdrant is another's.",
    );
    expect(await message('Degraded')).toMatch(/^ServiceAccount talk-qdrant is there/);
    const { metadata } = (await user.read('v1', 'ServiceAccount', namespace, 'talk-qdrant')) as KubeObject;
    expect([metadata.labels, metadata.ownerReferences]).toEqual([undefined, undefined]);
    expect(await started()).toEqual([]);
    // The way out, to the letter.
    await kubectl(/kubectl -n \S+ label .*/.exec(said)?.[0] ?? '');
    await isWhole();
    expect(await started()).toHaveLength(4);
    const { ownerReferences = [] } =
      (await user.read('v1', 'ServiceAccount', namespace, 'talk-qdrant'))?.metadata ?? {};
    expect(ownerReferences.map(({ kind }) => kind)).toEqual(['ChatStack']);
    expect(operator.errors).toEqual([]);
  });

  test('is left alone where fields are in the way, and the stack goes on once it is deleted as the message says', async () => {
    const theirs = { app: 'theirs' };
    const { namespace, user, message, isRefused, isWhole, started, kubectl } = await asked((place) => [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'talk-redis', namespace: place },
        spec: { selector: theirs, ports: [{ name: 'redis', port: 6379, targetPort: 1234 }] },
      },
    ]);
    await isRefused();
    expect((await user.read('v1', 'Service', namespace, 'talk-redis'))?.['spec']).toMatchObject({
      selector: theirs,
    });
    expect(await started()).toEqual([]);
    await kubectl(
      /\((kubectl [^)]*)\)/.exec((await message('Ready')).replace(/ \(\S+ wrote it\)/, ''))?.[1] ?? '',
    );
    await isWhole();
    expect(await started()).toHaveLength(4);
  });

  test('stays its controller’s, with the labels of the stack too', async () => {
    const { namespace, user, message, isRefused, started } = await asked((place) => [
      account(place, controlled(place)),
    ]);
    await isRefused();
    expect(await message('Ready')).toMatch(
      /^ServiceAccount talk-qdrant belongs to Widget boss, which controls it\. Rename the stack, or delete Widget boss with what it owns\.$/m,
    );
    expect(await started()).toEqual([]);
    const { ownerReferences = [] } =
      (await user.read('v1', 'ServiceAccount', namespace, 'talk-qdrant'))?.metadata ?? {};
    expect(ownerReferences.map(({ kind }) => kind)).toEqual(['Widget']);
  });

  test.each(['Deployment talk-backend', 'StatefulSet talk-redis'])(
    'and is the workload %s: no other is started beside it',
    async (workload) => {
      const [kind = '', name = ''] = workload.split(' ');
      const labels = { app: 'theirs' };
      const { operator, message, isRefused, started } = await asked((namespace) => [
        {
          ...{ apiVersion: 'apps/v1', kind, metadata: { name, namespace } },
          spec: {
            ...{
              selector: { matchLabels: labels },
              ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
            },
            template: { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x' }] } },
          },
        },
      ]);
      await isRefused();
      await settled(operator);
      expect(await message('Ready')).toContain(`${workload} is there and is no object of this stack`);
      expect(await started()).toEqual([workload]);
      expect(operator.errors).toEqual([]);
    },
  );

  test('and came into a stack that runs: the rest of it is healed all the same', async () => {
    const { namespace, user, operator, message, isRefused, isWhole } = await asked(() => []);
    await isWhole();
    await settled(operator);
    const read = (kind: string, name: string, apiVersion = 'v1') =>
      user.read(apiVersion, kind, namespace, name) as Promise<KubeObject>;
    await operator.stop();
    await user.remove(await read('Service', 'talk-qdrant'));
    await user.apply({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'talk-qdrant', namespace } },
      spec: { ports: [{ port: 1 }] },
    });
    await user.remove(await read('Deployment', 'talk-backend', 'apps/v1'));
    await startOperator(lab(), { namespace });
    await isRefused();
    expect(await message('Ready')).toMatch(/^Service talk-qdrant is there and is no object of this stack/);
    await until('the workload to be back', async () =>
      Boolean(await user.read('apps/v1', 'Deployment', namespace, 'talk-backend')),
    );
  });
});

test('what `mooring apply` made becomes the operator’s, and nothing is made anew', async () => {
  const namespace = await newNamespace(lab(), 'applied');
  const user = userOf(lab());
  const stack = chatKind.stack(chatKind.schema.parse({ metadata: { name: 'talk', namespace }, spec: {} }));
  const cluster = openCluster({ kubeconfig: lab().kubeconfigPath }, fieldManager);
  await ensureSecret(cluster, stack, secretMakerOf(stack));
  for (const object of renderStack(stack, { namespace: false })) await applyObject(cluster, object);
  const uids = async () =>
    (await ownedObjects(user.cluster, stack))
      .map((one) => `${keyOfObject(one)} ${one.metadata.uid ?? ''}`)
      .sort();
  const before = await uids();
  const operator = await startOperator(lab(), { namespace });
  await user.apply(chatStackIn(namespace));
  await until(
    'the stack to be taken over',
    async () => conditionOf(await user.resource(namespace), 'Degraded') === 'False AsRendered',
  );
  expect(await uids()).toEqual(before);
  const owners = (await ownedObjects(user.cluster, stack)).map(
    ({ metadata }) => metadata.ownerReferences?.[0]?.kind,
  );
  expect(new Set(owners)).toEqual(new Set(['ChatStack']));
  expect(operator.errors).toEqual([]);
  cluster.api.close();
});

describe('a Secret of the name of the stack’s own', () => {
  const secretIn = (namespace: string, metadata: object = {}): KubeObject => ({
    ...{ apiVersion: 'v1', kind: 'Secret', stringData: { theirs: 'hunter2' } },
    metadata: { name: 'talk-secrets', namespace, ...metadata },
  });

  test('that others made is not used, and nothing starts until it is gone, as the message says', async () => {
    const { namespace, user, operator, message, isRefused, isWhole, started, kubectl } = await asked(
      (place) => [secretIn(place)],
    );
    await isRefused();
    const said = await message('Degraded');
    expect(said).toMatch(
      /^Secret talk-secrets is there and is no object of this stack \(kubectl-edit wrote it\)\. /,
    );
    expect(await started()).toEqual([]);
    const secret = () =>
      user.read('v1', 'Secret', namespace, 'talk-secrets') as Promise<KubeObject & { data: object }>;
    expect(Object.keys((await secret()).data)).toEqual(['theirs']);
    await kubectl(/\((kubectl -n [^)]*)\)/.exec(said)?.[1] ?? '');
    await isWhole();
    expect(await started()).toHaveLength(4);
    expect((await secret()).metadata.annotations).toEqual({ [secretOfAnnotation]: 'ChatStack.mooring.dev' });
    expect(operator.errors).toEqual([]);
  });

  test('that a stack of another kind has is not shared', async () => {
    const { namespace, user, message, isRefused, started } = await asked((place) => [
      secretIn(place, {
        labels: stackLabels({ name: 'talk' }),
        annotations: { [secretOfAnnotation]: 'Shop.example.com' },
      }),
    ]);
    await isRefused();
    expect(await message('Degraded')).toBe(
      'Secret talk-secrets has the passwords of Shop talk, and no two stacks share them. Rename one of the two; where Shop talk is gone ' +
        `for good, with its volumes, delete the Secret: kubectl -n ${namespace} delete secret talk-secrets`,
    );
    expect(await started()).toEqual([]);
    const { data } = (await user.read('v1', 'Secret', namespace, 'talk-secrets')) as KubeObject & {
      data: object;
    };
    expect(Object.keys(data)).toEqual(['theirs']);
  });

  test('is not made anew over a volume that keeps the earlier passwords, until that is gone', async () => {
    const { namespace, user, operator, message, isRefused, isWhole, started, kubectl } = await asked(
      (place) => [
        {
          ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
          metadata: { name: 'data-talk-neo4j-0', namespace: place },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    );
    await isRefused();
    const said = await message('Degraded');
    expect(said).toMatch(
      /^There is no Secret talk-secrets, though volumes of an earlier stack of this name are there: data-talk-neo4j-0\. They keep neo4j-password of StatefulSet talk-neo4j, so no new value is made\.$/m,
    );
    expect(await started()).toEqual([]);
    expect(await user.read('v1', 'Secret', namespace, 'talk-secrets')).toBeUndefined();
    // Nothing here takes the claim's finalizer away.
    await kubectl(`${/kubectl -n \S+ delete pvc .*/.exec(said)?.[0] ?? ''} --wait=false`);
    await isWhole();
    expect(await started()).toHaveLength(4);
    expect(operator.errors).toEqual([]);
  });
});
