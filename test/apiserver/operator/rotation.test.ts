import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../kube/objects.ts';
import { stackLabels } from '../../../model/labels.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { conditionOf, until, type Intercept } from './lab.ts';
import { endRotationAtWrites } from './ended-rotations.ts';
import { appliedRotation, expectRotated, restarted } from './rotated.ts';
import { startRotationLab, type RotationLab } from './rotation-lab.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

/** The version of what a write is about; undefined where there is nothing. */
async function versionAt({ user }: RotationLab, path: string): Promise<string | undefined> {
  const at = path.replace(/\/status$/, '');
  const { status, json } = await user.cluster.api.request('GET', at, { accept: [404] });
  return status === 404 ? undefined : (json as KubeObject).metadata.resourceVersion;
}

describe('a rotation that an annotation asks for', () => {
  test('tells the store first, gives every service new values, and is done once for its token', async () => {
    const rotation = await appliedRotation(lab());
    await rotation.podOfStore(true);
    const before = (await rotation.values()) ?? {};
    const told: number[] = [];
    const operator = await rotation.start({
      intercept: (method, path, send) => {
        if (method === 'PATCH' && path.endsWith('/secrets/talk-secrets'))
          told.push(rotation.store.passwords.length);
        return send();
      },
    });
    await rotation.ask('one');
    await rotation.isDone('one');
    expect(told, 'the store knew its new password before the Secret had it').toEqual([2]);
    await expectRotated(lab(), rotation, 'one', before);
    const restartedAt = await rotation.restartedAt('Deployment', 'talk-backend');
    expect(restartedAt, 'another rotation within the second restarts again').toMatch(/\.\d{3}Z$/);
    const events = (await rotation.events()).filter(({ reason }) => reason === 'SecretsRotated');
    expect(events.map(({ message }) => message)).toEqual([
      'The rotation "one" is done: redis-password, neo4j-password, qdrant-password are new.',
    ]);
    const values = await rotation.values();
    await operator.stop();
    const next = await rotation.start();
    await until('a reconcile', () => Promise.resolve(next.ended() > 0));
    expect(next.writes, 'restarts are no drift').toEqual([]);
    expect(await rotation.values()).toEqual(values);
    const shown = JSON.stringify([
      (await rotation.user.resource(rotation.namespace))?.status,
      await rotation.events(),
    ]);
    for (const secret of [...Object.values(values ?? {}), ...Object.values(before)])
      expect(shown).not.toContain(secret);
    expect([...operator.errors, ...next.errors]).toEqual([]);
  });

  test('is done once the pods with the new values are ready, and says until then which are not', async () => {
    const rotation = await appliedRotation(lab());
    await rotation.podOfStore(true);
    const before = (await rotation.values()) ?? {};
    const operator = await rotation.start();
    rotation.pods.areReady = false;
    await rotation.ask('slow');
    await until('the wait', async () =>
      ((await rotation.status())?.message ?? '').includes('of 1 pods ready'),
    );
    expect((await rotation.status())?.phase).toBe('Rotating');
    expect(await rotation.values()).not.toEqual(before);
    expect(await rotation.doors(), 'the store was told').toEqual([]);
    await operator.stop();
    const next = await rotation.start();
    await until('a reconcile', () => Promise.resolve(next.ended() > 0));
    expect((await rotation.status())?.phase).toBe('Rotating');
    rotation.pods.areReady = true;
    await rotation.isDone('slow');
    await expectRotated(lab(), rotation, 'slow', before);
    expect([...operator.errors, ...next.errors]).toEqual([]);
  });

  test('goes on after its operator has ended after any write, tells the store once, and ends the same', async () => {
    await endRotationAtWrites(lab(), { every: 4 });
  });

  test('of an operator that leads no more changes and deletes nothing once the next one has done it', async () => {
    const rotation = await appliedRotation(lab());
    await rotation.podOfStore(true);
    const [late, carriedOut]: [string[], string[]] = [[], []];
    for (let held = 1, isHeld = true; isHeld; held++) {
      const token = `late-${held}`;
      const before = (await rotation.values()) ?? {};
      const [reached, released, ended] = [0, 1, 2].map(() => Promise.withResolvers<string>());
      let count = 0;
      const intercept: Intercept = async (method, path, send) => {
        if (method === 'GET') return send();
        if (count === held) throw new Error('The process is gone.');
        // A resource version cannot fence a create.
        if (method === 'POST' || (await versionAt(rotation, path)) === undefined || ++count < held)
          return send();
        reached?.resolve(`${method} ${path}`);
        await released?.promise;
        const before = await versionAt(rotation, path);
        await send().catch(() => undefined);
        if ((await versionAt(rotation, path)) !== before) carriedOut.push(`${method} ${path}`);
        ended?.resolve('');
        throw new Error('The process is gone.');
      };
      const old = await rotation.start({ intercept });
      await rotation.ask(token);
      const write = await Promise.race([reached?.promise, rotation.isDone(token)]);
      isHeld = typeof write === 'string';
      if (isHeld) {
        const next = await rotation.start();
        await rotation.isDone(token);
        await until('the next one to be at rest', () => Promise.resolve(next.ended() > 0));
        await next.stop();
        released?.resolve('');
        await ended?.promise;
        late.push(String(write));
      }
      await old.stop();
      await expectRotated(lab(), rotation, token, before);
    }
    expect(carriedOut).toEqual([]);
    for (const kind of [
      'PATCH .*/deployments/',
      'PATCH .*/secrets/',
      'DELETE .*/secrets/',
      'DELETE .*/networkpolicies/',
    ])
      expect(
        late.some((one) => new RegExp(kind).test(one)),
        kind,
      ).toBe(true);
  });

  test('waits for a store that is not up, says so, and drift is put back meanwhile', async () => {
    const rotation = await appliedRotation(lab());
    const { user, namespace } = rotation;
    const operator = await rotation.start();
    await rotation.ask('later');
    await until('the wait', async () => (await rotation.status())?.phase === 'Waiting');
    const resource = await user.resource(namespace);
    expect(conditionOf(resource, 'Progressing')).toBe('True Rotating');
    expect((await rotation.status())?.message).toContain('neo4j');
    expect(await rotation.values('talk-secrets-next')).toBeUndefined();
    const port = async () =>
      ((await rotation.read('Service', 'talk-redis')) as unknown as { spec: { ports: { port: number }[] } })
        .spec.ports[0]?.port;
    await user.patch((await rotation.read('Service', 'talk-redis')) ?? expect.fail(), [
      { op: 'replace', path: '/spec/ports/0/port', value: 6380 },
    ]);
    await until('the port to be back', async () => (await port()) === 6379);
    const before = (await rotation.values()) ?? {};
    await rotation.podOfStore(true);
    await rotation.isDone('later');
    await expectRotated(lab(), rotation, 'later', before);
    expect(operator.errors).toEqual([]);
  });

  test('that a store refuses fails, in words and without secrets; mended, it is done', async () => {
    const rotation = await appliedRotation(lab());
    const { user, namespace, store } = rotation;
    await rotation.podOfStore(true);
    const own = store.passwords.at(-1) ?? '';
    store.passwords.push('changed by hand');
    await rotation.start();
    await rotation.ask('refused');
    await until('the failure', async () => (await rotation.status())?.phase === 'Failed');
    expect(conditionOf(await user.resource(namespace), 'Degraded')).toBe('True AttentionNeeded');
    const { message } = (await rotation.status()) ?? {};
    expect(message).toBe('The store takes neither (secret) nor (secret).');
    expect((await rotation.events()).map(({ reason }) => reason)).toContain('RotationFailed');
    const before = (await rotation.values()) ?? {};
    expect(before['neo4j-password'], 'the old values stay in force').toBe(own);
    store.passwords.push(own);
    // Another token: what was begun is finished first, then it begins anew.
    await rotation.ask('again');
    await rotation.isDone('again');
    await expectRotated(lab(), rotation, 'again', before);
    expect(store.passwords).toHaveLength(5);
  });

  test('that is no longer asked for before it began is cancelled', async () => {
    const rotation = await appliedRotation(lab());
    const before = await rotation.values();
    await rotation.start();
    await rotation.ask('never');
    await until('the wait', async () => (await rotation.status())?.phase === 'Waiting');
    await rotation.ask(undefined);
    await until('the end', async () => (await rotation.status())?.phase === 'Cancelled');
    expect(conditionOf(await rotation.user.resource(rotation.namespace), 'Progressing')).not.toBe(
      'True Rotating',
    );
    expect(await rotation.doors()).toEqual([]);
    expect(await rotation.values()).toEqual(before);
  });

  test('of an immutable Secret waits for the pods that hold it, and no workload comes back before', async () => {
    const rotation = await appliedRotation(lab(), { deletionPolicy: 'Delete' });
    const { user, namespace } = rotation;
    await rotation.podOfStore(true);
    const before = (await rotation.values()) ?? {};
    await user.patch((await rotation.read('Secret', 'talk-secrets')) ?? expect.fail(), [
      { op: 'add', path: '/immutable', value: true },
    ]);
    const operator = await rotation.start();
    await rotation.ask('immutable');
    await until('the wait for pods', async () =>
      ((await rotation.status())?.message ?? '').includes('talk-neo4j-0'),
    );
    const ended = operator.ended();
    await until('more reconciles', () => Promise.resolve(operator.ended() > ended + 3));
    for (const [kind, name] of restarted)
      expect(await rotation.read(kind, name, 'apps/v1'), name).toBeUndefined();
    expect(await rotation.values()).toEqual(before);
    await operator.stop();
    const next = await rotation.start();
    await rotation.deletePodOfStore();
    await rotation.isDone('immutable');
    await expectRotated(lab(), rotation, 'immutable', before);
    expect(rotation.store.passwords).toHaveLength(2);
    const { uid } = (await user.resource(namespace))?.metadata ?? {};
    for (const [kind, name, version] of [
      ...restarted.map((one) => [...one, 'apps/v1'] as const),
      ['Secret', 'talk-secrets', 'v1'] as const,
    ])
      expect((await rotation.read(kind, name, version))?.metadata.ownerReferences?.[0]?.uid, name).toBe(uid);
    expect(await rotation.read('Deployment', 'talk-backend', 'apps/v1')).toMatchObject({
      spec: { template: { spec: { readinessGates: expect.any(Array) as unknown[] } } },
    });
    expect([...operator.errors, ...next.errors]).toEqual([]);
  });

  test('of a stack that is made with the token is none: its values are new', async () => {
    const rotation = await startRotationLab(lab());
    await rotation.ask('first');
    await rotation.start();
    await rotation.isDone('first');
    expect(rotation.store.passwords).toEqual([]);
    expect(await rotation.events()).toEqual([]);
  });

  test('that `mooring secrets rotate` began and left is reported, and finished when it is asked for', async () => {
    const rotation = await appliedRotation(lab());
    const { user, namespace } = rotation;
    await rotation.podOfStore(true);
    const before = (await rotation.values()) ?? {};
    const data = Object.fromEntries(
      Object.keys(before).map((key) => [key, Buffer.from(`by-command-${key}-by-command`).toString('base64')]),
    );
    await user.cluster.api.request('POST', `/api/v1/namespaces/${namespace}/secrets`, {
      body: {
        ...{ apiVersion: 'v1', kind: 'Secret', data },
        metadata: {
          name: 'talk-secrets-next',
          labels: stackLabels({ name: 'talk' }),
          annotations: { 'mooring.dev/rotation': 'begun' },
        },
      },
    });
    const operator = await rotation.start();
    await until('the report', async () =>
      (conditionOf(await user.resource(namespace), 'Degraded') ?? '').startsWith('True'),
    );
    await rotation.ask('finish');
    await rotation.isDone('finish');
    await expectRotated(lab(), rotation, 'finish', before);
    expect(rotation.store.passwords.at(-1)).toBe('by-command-neo4j-password-by-command');
    expect(operator.errors).toEqual([]);
  });
});
