import { describe, expect, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import { renderStack } from '../../../charts-ts/render.ts';
import { keyOfObject, type KubeObject } from '../../../kube/objects.ts';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import { managedBy } from '../../../model/labels.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { appliedStack, chatStackIn, conditionOf, settled, startOperator, until, type User } from './lab.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

const applied = (spec?: object) => appliedStack(lab(), spec);

describe('an operator', () => {
  test('applies every object of a document, owned by it, as `mooring apply` does, and says so', async () => {
    const { namespace, user, operator } = await applied({ preset: 'staging' });
    const stack = chatKind.stack(
      chatKind.schema.parse({ metadata: { name: 'talk', namespace }, spec: { preset: 'staging' } }),
    );
    const rendered = renderStack(stack, { namespace: false });
    const live = await ownedObjects(user.cluster, stack);
    expect(live.map(keyOfObject).sort()).toEqual((rendered as KubeObject[]).map(keyOfObject).sort());
    const { uid } = (await user.resource(namespace))?.metadata ?? {};
    expect(new Set(live.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid))).toEqual(new Set([uid]));
    const resource = await user.resource(namespace);
    expect(conditionOf(resource, 'Ready')).toBe('False WorkloadsNotReady');
    expect(conditionOf(resource, 'Degraded')).toBe('False AsRendered');
    expect(resource?.status?.endpoint).toBe(`http://talk-backend.${namespace}.svc:8000`);
    expect(operator.errors).toEqual([]);
    console.log(`${live.length} objects by ${operator.writes.length} writes.`);
  });

  test('writes nothing in a second pass, with defaults, scaled replicas and a foreign annotation about', async () => {
    const { namespace, user, operator, read } = await applied({
      backend: { autoscaling: { enabled: true }, resources: { requests: { cpu: '0.2' } } },
    });
    await settled(operator);
    const workload = await read('Deployment', 'talk-backend', 'apps/v1');
    await user.cluster.api.request(
      'PATCH',
      `/apis/apps/v1/namespaces/${namespace}/deployments/talk-backend/scale`,
      {
        query: { fieldManager: 'kube-controller-manager' },
        contentType: 'application/merge-patch+json',
        body: { spec: { replicas: 4 } },
      },
    );
    await user.patch(workload as KubeObject, [
      { op: 'add', path: '/metadata/annotations', value: { 'example.com/seen': 'yes' } },
    ]);
    await settled(operator);
    await operator.stop();
    const second = await startOperator(lab(), { namespace });
    await until('a reconcile', () => Promise.resolve(second.ended() > 0));
    await settled(second);
    expect(second.writes).toEqual([]);
    expect(((await read('Deployment', 'talk-backend', 'apps/v1')) as { spec?: object }).spec).toMatchObject({
      replicas: 4,
    });
    expect((await user.resource(namespace))?.status?.lastDrift).toBeUndefined();
  });

  test('puts back what others changed, with an Event that names field, values and manager', async () => {
    const { namespace, user, operator, read, events } = await applied();
    await settled(operator);
    const edits: readonly [string, string, string, object[]][] = [
      ['v1', 'Service', 'talk-redis', [{ op: 'replace', path: '/spec/ports/0/port', value: 6380 }]],
      [
        'v1',
        'ConfigMap',
        'talk-backend-config',
        [{ op: 'replace', path: '/data/REDIS_PORT', value: '6380' }],
      ],
      ['apps/v1', 'Deployment', 'talk-backend', [{ op: 'replace', path: '/spec/replicas', value: 5 }]],
      [
        'apps/v1',
        'Deployment',
        'talk-backend',
        [{ op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'side', image: 'x:1' } }],
      ],
      [
        'apps/v1',
        'Deployment',
        'talk-backend',
        [
          {
            op: 'add',
            path: '/spec/template/spec/containers/0/env/-',
            value: { name: 'EXTRA', value: 'hunter2' },
          },
        ],
      ],
      [
        'apps/v1',
        'Deployment',
        'talk-backend',
        [
          {
            op: 'add',
            path: '/spec/template/spec/containers/0/env/-',
            value: { name: 'REDIS_PORT', value: '6380' },
          },
        ],
      ],
      [
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'talk-default-deny',
        [{ op: 'add', path: '/spec/ingress', value: [{}] }],
      ],
    ];
    const [times, statuses]: [number[], string[]] = [[], []];
    for (const [apiVersion, kind, name, operations] of edits) {
      const before = (await read(kind, name, apiVersion)) as KubeObject;
      const begun = performance.now();
      await user.patch(before, operations);
      await until(`${kind} ${name} to be put back`, async () => {
        const now = await read(kind, name, apiVersion);
        return (
          JSON.stringify(now?.['spec'] ?? now?.['data']) === JSON.stringify(before['spec'] ?? before['data'])
        );
      });
      times.push(performance.now() - begun);
      await settled(operator);
      statuses.push(JSON.stringify((await user.resource(namespace))?.status));
    }
    console.log(`Healed in ${times.map((ms) => Math.round(ms)).join(', ')} ms.`);
    const { lastDrift } = (await user.resource(namespace))?.status ?? {};
    expect(statuses.join()).toContain('env[EXTRA]');
    expect(statuses.join() + JSON.stringify(await events())).not.toContain('hunter2');
    expect(lastDrift).toMatchObject({ object: 'NetworkPolicy talk-default-deny', manager: 'kubectl-edit' });
    const said = (await events())
      .filter(({ reason }) => reason === 'DriftHealed')
      .map(({ message }) => message);
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Service talk-redis: .* instead of 6379\. It was put back to 6379\.$/),
        expect.stringMatching(
          /env\[REDIS_PORT\] was added as "6380" \(set by kubectl-edit\), and is used instead of REDIS_PORT of ConfigMap talk-backend-config, "6379"\. It was removed\.$/,
        ),
      ]),
    );
    expect(operator.errors).toEqual([]);
  });

  test('leaves a stack alone whose namespace is being deleted', async () => {
    const { namespace, user, operator, read } = await applied();
    await settled(operator);
    // Nothing here finishes the deletion: it ends as soon as the namespace is empty.
    await lab().request('DELETE', `/api/v1/namespaces/${namespace}`);
    await user.remove((await read('Service', 'talk-redis')) as KubeObject);
    await settled(operator);
    expect(await read('Service', 'talk-redis')).toBeUndefined();
    expect(operator.errors).toEqual([]);
  });

  test('creates again what was deleted', async () => {
    const { namespace, user, operator, read } = await applied();
    await settled(operator);
    const policy = (await read('NetworkPolicy', 'talk-default-deny', 'networking.k8s.io/v1')) as KubeObject;
    await user.remove(policy);
    await until('the policy to be there again', async () => {
      const now = await read('NetworkPolicy', 'talk-default-deny', 'networking.k8s.io/v1');
      return now !== undefined && now.metadata.uid !== policy.metadata.uid;
    });
    await until('the status to say so', async () => {
      const { lastDrift } = (await user.resource(namespace))?.status ?? {};
      return lastDrift?.object === 'NetworkPolicy talk-default-deny' && lastDrift.to === 'deleted';
    });
  });

  test.each(['app.kubernetes.io/instance', 'app.kubernetes.io/managed-by'])(
    'puts the label %s back, by which it knows its objects, and takes none for deleted',
    async (label) => {
      const { user, operator, read, events } = await applied();
      await settled(operator);
      const { uid } = ((await read('Service', 'talk-redis')) as KubeObject).metadata;
      const path = `/metadata/labels/${label.replace('/', '~1')}`;
      for (const edit of [
        { op: 'replace', path, value: 'another' },
        { op: 'remove', path },
      ]) {
        await user.patch((await read('Service', 'talk-redis')) as KubeObject, [edit]);
        await until('the label to be back', async () => {
          const { labels = {} } = ((await read('Service', 'talk-redis')) as KubeObject).metadata;
          return (labels[label] ?? 'another') !== 'another';
        });
        await settled(operator);
      }
      expect(((await read('Service', 'talk-redis')) as KubeObject).metadata.uid).toBe(uid);
      const said = (await events()).map(({ message }) => message);
      expect(said.filter((one) => one.includes(label))).toHaveLength(2);
      expect(said.filter((one) => one.includes('was deleted'))).toEqual([]);
      expect(operator.errors).toEqual([]);
    },
  );

  test("leaves the replicas of a workload to another's autoscaler, and puts them back once it is gone", async () => {
    const { namespace, user, operator, read } = await applied();
    const backend = async () => (await read('Deployment', 'talk-backend', 'apps/v1')) as KubeObject;
    const replicas = async () => ((await backend())['spec'] as { replicas: number }).replicas;
    const rendered = await replicas();
    const scaler: KubeObject = {
      ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
      metadata: { name: 'theirs', namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'talk-backend' },
        ...{ minReplicas: 1, maxReplicas: 9 },
      },
    };
    await settled(operator);
    const ended = operator.ended();
    await user.apply(scaler);
    await until('the stack to be looked at again', () => Promise.resolve(operator.ended() > ended));
    await user.cluster.api.request(
      'PATCH',
      `/apis/apps/v1/namespaces/${namespace}/deployments/talk-backend/scale`,
      {
        query: { fieldManager: 'kube-controller-manager' },
        contentType: 'application/merge-patch+json',
        body: { spec: { replicas: rendered + 3 } },
      },
    );
    await settled(operator);
    expect(await replicas()).toBe(rendered + 3);
    expect((await user.resource(namespace))?.status?.lastDrift).toBeUndefined();

    await user.remove(scaler);
    await until('the replicas to be back', async () => (await replicas()) === rendered);
    await until('the drift to be told', async () => {
      const { lastDrift } = (await user.resource(namespace))?.status ?? {};
      return lastDrift?.field === 'spec.replicas' && lastDrift.manager === 'kube-controller-manager';
    });
  });

  test('deletes what the document no longer asks for', async () => {
    const { namespace, user, read, isObserved } = await applied({
      backend: { autoscaling: { enabled: true } },
    });
    const scaler = () => read('HorizontalPodAutoscaler', 'talk-backend', 'autoscaling/v2');
    expect(await scaler()).toBeDefined();
    await user.apply(chatStackIn(namespace, {}));
    await until('the autoscaler to be gone', async () => (await scaler()) === undefined);
    await until('the change to be observed', isObserved);
  });

  test('owns the Secret exactly where the policy is to delete, and keeps its values', async () => {
    const { namespace, user, operator, read, isObserved } = await applied({ deletionPolicy: 'Delete' });
    const secret = async () =>
      (await read('Secret', 'talk-secrets')) as (KubeObject & { readonly data?: object }) | undefined;
    const owners = async () => (await secret())?.metadata.ownerReferences?.map(({ kind }) => kind) ?? [];
    const retention = async () =>
      ((await read('StatefulSet', 'talk-redis', 'apps/v1')) as { spec?: object } | undefined)?.spec;
    expect(await owners()).toEqual(['ChatStack']);
    expect(await retention()).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
    });
    const values = (await secret())?.data;
    await user.apply(chatStackIn(namespace, { deletionPolicy: 'Retain' }));
    await until('the Secret to be without owner', async () => (await owners()).length === 0);
    await until('the change to be observed', isObserved);
    expect(await retention()).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    expect((await secret())?.data).toEqual(values);
    expect(operator.errors).toEqual([]);
  });

  test('leaves a paused stack, a paused object and, by policy, drift as they are, and says so', async () => {
    const { namespace, user, operator, read, events } = await applied({ drift: 'report' });
    await settled(operator);
    const service = (await read('Service', 'talk-redis')) as KubeObject;
    await user.patch(service, [{ op: 'replace', path: '/spec/ports/0/port', value: 6380 }]);
    await until('the drift to be reported', async () =>
      (conditionOf(await user.resource(namespace), 'Drifted') ?? '').startsWith('True'),
    );
    const port = async () =>
      ((await read('Service', 'talk-redis')) as unknown as { spec: { ports: { port: number }[] } }).spec
        .ports[0]?.port;
    expect(await port()).toBe(6380);
    // Another event of the stack is no news of the drift.
    const config = (await read('ConfigMap', 'talk-backend-config')) as KubeObject;
    await user.patch(config, [{ op: 'add', path: '/metadata/annotations', value: { 'example.com/a': 'b' } }]);
    await settled(operator);
    expect((await events()).map(({ reason }) => reason)).toEqual(['DriftFound']);
    await user.apply(chatStackIn(namespace, { paused: true }));
    await until(
      'the pause to be reported',
      async () => conditionOf(await user.resource(namespace), 'Paused') === 'True Paused',
    );
    expect(await port()).toBe(6380);
    const ready = async () => {
      const { conditions = [] } = (await user.resource(namespace))?.status ?? {};
      return conditions.find(({ type }) => type === 'Ready');
    };
    // What others changed is no difference of the document.
    expect(await ready()).toMatchObject({ reason: 'WorkloadsNotReady' });
    await user.apply(chatStackIn(namespace, { paused: true, backend: { replicas: 3 } }));
    await until('the document to be called unapplied', async () => (await ready())?.reason === 'NotApplied');
    expect((await ready())?.message).toBe(
      'Not applied while spec.paused is true: Deployment talk-backend, PodDisruptionBudget talk-backend.',
    );
    await user.patch((await read('Service', 'talk-redis')) as KubeObject, [
      { op: 'add', path: '/metadata/annotations', value: { 'mooring.dev/paused': 'true' } },
    ]);
    await user.apply(chatStackIn(namespace, {}));
    await until('the paused object to be reported', async () => {
      const { conditions = [] } = (await user.resource(namespace))?.status ?? {};
      return conditions.some(
        ({ type, message }) => type === 'Paused' && message.includes('Service talk-redis'),
      );
    });
    expect(await port()).toBe(6380);
    // The rest is compared all the same.
    expect(conditionOf(await user.resource(namespace), 'Drifted')).toBe('False AsRendered');
    await user.patch((await read('Service', 'talk-redis')) as KubeObject, [
      { op: 'remove', path: '/metadata/annotations/mooring.dev~1paused' },
    ]);
    await until('the port to be put back', async () => (await port()) === 6379);
  });

  test('makes no new passwords over volumes where the Secret was deleted, says so, and goes on when it is back', async () => {
    const { namespace, user, operator, read, events } = await applied();
    await settled(operator);
    const secret = (await read('Secret', 'talk-secrets')) as KubeObject;
    await user.remove(secret);
    const condition = async (type: string) => conditionOf(await user.resource(namespace), type);
    await podWithoutSecret(user, namespace);
    await until('the report', async () => (await condition('Degraded')) === 'True AttentionNeeded');
    expect(await condition('Ready')).toBe('False NotApplied');
    expect(await condition('Drifted')).toBe('True LeftAsChanged');
    const { conditions = [] } = (await user.resource(namespace))?.status ?? {};
    expect(conditions.find(({ type }) => type === 'Degraded')?.message).toContain(
      `redis_password="$(kubectl -n ${namespace} exec statefulset/talk-redis -- printenv REDISCLI_AUTH || `,
    );
    await until('the Event', async () => (await events()).some(({ reason }) => reason === 'SecretLost'));
    await user.apply(chatStackIn(namespace, { backend: { replicas: 2 } }));
    await until('the change to be applied', async () => {
      const { spec } = (await read('Deployment', 'talk-backend', 'apps/v1')) as {
        spec?: { replicas: number };
      };
      return spec?.replicas === 2;
    });
    expect(await read('Secret', 'talk-secrets')).toBeUndefined();
    const { type, data, metadata } = secret as KubeObject & { data: object; type: string };
    const { name, labels = {} } = metadata;
    await user.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels }, type, data });
    await until('the stack to be whole again', async () => {
      operator.enqueue(namespace, 'talk');
      return (await condition('Degraded')) === 'False AsRendered';
    });
    expect(((await read('Secret', 'talk-secrets')) as { data?: object }).data).toEqual(data);
    expect(operator.errors).toEqual([]);
  });

  test('reports a document that the API server takes and the schema refuses, in the words of the CLI', async () => {
    const { namespace, user, operator } = await applied();
    const { endpoint } = (await user.resource(namespace))?.status ?? {};
    expect(endpoint).toBeDefined();
    await user.apply(chatStackIn(namespace, { preset: 'production' }));
    await until(
      'the refusal',
      async () => conditionOf(await user.resource(namespace), 'Ready') === 'False DocumentRefused',
    );
    const { conditions = [], endpoint: after } = (await user.resource(namespace))?.status ?? {};
    expect(conditions.find(({ type }) => type === 'Ready')?.message).toMatch(/spec\.secrets\.existingSecret/);
    expect(after, 'what was applied before runs on').toBe(endpoint);
    expect(conditions.map(({ type }) => type)).toContain('RedisReady');
    expect(operator.errors).toEqual([]);
  });

  test('says that a volume does not shrink, also where its size is merely left out', async () => {
    const { namespace, user } = await applied({ redis: { storage: { size: '50Gi' } } });
    await user.apply(chatStackIn(namespace, {}));
    const ready = async () => {
      const { conditions = [] } = (await user.resource(namespace))?.status ?? {};
      return conditions.find(({ type }) => type === 'Ready');
    };
    await until('the refusal', async () => (await ready())?.reason === 'NotApplied');
    expect((await ready())?.message).toMatch(/^StatefulSet talk-redis: .* is 50Gi and cannot shrink to /);
    await user.apply(chatStackIn(namespace, { redis: { storage: { size: '50Gi' } } }));
    await until('the end of it', async () => (await ready())?.reason === 'WorkloadsNotReady');
  });

  test('puts back ever more rarely what another program keeps changing, and names it', async () => {
    const { namespace, user, operator, read } = await applied();
    await settled(operator);
    const fight = setInterval(() => {
      void (async () => {
        const config = await read('ConfigMap', 'talk-backend-config');
        if ((config as unknown as { data: Record<string, string> }).data['REDIS_PORT'] === '6379')
          await user.patch(config as KubeObject, [
            { op: 'replace', path: '/data/REDIS_PORT', value: '6380' },
          ]);
      })().catch(() => undefined);
    }, 50);
    try {
      await until(
        'the fight to be reported',
        async () => conditionOf(await user.resource(namespace), 'Drifted') === 'True Contested',
      );
      const { conditions = [] } = (await user.resource(namespace))?.status ?? {};
      for (const type of ['Drifted', 'Degraded'])
        expect(conditions.find((one) => one.type === type)?.message).toMatch(
          /^ConfigMap talk-backend-config was changed by kubectl-edit, which was undone \d+ times\.$/m,
        );
    } finally {
      clearInterval(fight);
    }
  });

  test('names what comes back each hour, and puts it back at once each time', async () => {
    let now = 0;
    const { namespace, user, operator, read } = await appliedStack(lab(), {}, { now: () => now });
    await settled(operator);
    const drifted = async () => conditionOf(await user.resource(namespace), 'Drifted');
    const port = async () =>
      ((await read('ConfigMap', 'talk-backend-config')) as unknown as { data: Record<string, string> }).data[
        'REDIS_PORT'
      ];
    const said: (string | undefined)[] = [];
    for (let round = 1; round <= 5; round++) {
      now += 3_600_000;
      const config = (await read('ConfigMap', 'talk-backend-config')) as KubeObject;
      await user.patch(config, [{ op: 'replace', path: '/data/REDIS_PORT', value: '6380' }]);
      await until('it to be put back', async () => (await port()) === '6379');
      await settled(operator);
      said.push(await drifted());
    }
    expect(said).toEqual([...Array<string>(4).fill('False AsRendered'), 'True Contested']);
    const { conditions = [] } = (await user.resource(namespace))?.status ?? {};
    for (const type of ['Drifted', 'Degraded'])
      expect(conditions.find((one) => one.type === type)?.message).toBe(
        'ConfigMap talk-backend-config was changed by kubectl-edit, which was undone 5 times within 4 hours.',
      );
    expect(operator.errors).toEqual([]);
  });
});

/** A pod that kubelet cannot start, since it takes its environment from what is not there. */
async function podWithoutSecret({ cluster }: User, namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const labels = {
    'app.kubernetes.io/instance': 'talk',
    'app.kubernetes.io/name': 'redis',
    ...managedBy,
  };
  const containers = [{ name: 'redis', image: 'redis' }];
  const metadata = { name: 'talk-redis-0', labels };
  await cluster.api.request('POST', path, {
    body: { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } },
  });
  const waiting = { reason: 'CreateContainerConfigError', message: 'secret "talk-secrets" not found' };
  const status = { name: 'redis', ready: false, restartCount: 0, image: 'redis', imageID: '' };
  await cluster.api.request('PATCH', `${path}/talk-redis-0/status`, {
    contentType: 'application/merge-patch+json',
    body: { status: { containerStatuses: [{ ...status, state: { waiting } }] } },
  });
}
