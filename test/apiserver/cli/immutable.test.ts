import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { until } from '../../servers/poll.ts';
import { applied, startLab, storageClass } from './mooring.ts';

const lab = forSuite(() => startLab());
beforeAll(async () => {
  await lab().kubectl(['apply', '-f', '-'], JSON.stringify(storageClass('rigid', false, false)));
});

const sized = (size: string, more: object = {}): object => ({ redis: { storage: { size, ...more } } });

/** Stands in for the controllers that are not here: the claim a StatefulSet makes, bound to a volume. */
async function bindClaim(namespace: string, storageClassName: string): Promise<void> {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `data-${namespace}-redis-0`,
      labels: { 'app.kubernetes.io/instance': namespace, 'app.kubernetes.io/name': 'redis' },
    },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } },
  };
  await lab().kubectl(['-n', namespace, 'create', '-f', '-'], JSON.stringify(claim));
  const status = JSON.stringify({ status: { phase: 'Bound', capacity: { storage: '1Gi' } } });
  await lab().kubectl([
    ...[
      '-n',
      namespace,
      'patch',
      'pvc',
      claim.metadata.name,
      '--subresource=status',
      '--type=merge',
      '-p',
      status,
    ],
  ]);
}

/** Stands in for the garbage collector: lets an orphaned StatefulSet go, once it is on its way. */
async function letGo(namespace: string): Promise<void> {
  const set = `statefulset/${namespace}-redis`;
  const leaving = async () =>
    (await lab().field(namespace, set, '{.metadata.finalizers}')).includes('orphan');
  await until(`${set} to be on its way`, leaving, 60_000);
  await lab().kubectl([
    '-n',
    namespace,
    'patch',
    set,
    '--type=merge',
    '-p',
    '{"metadata":{"finalizers":null}}',
  ]);
}

const claimSize = (namespace: string): Promise<string> =>
  lab().field(namespace, `pvc/data-${namespace}-redis-0`, '{.spec.resources.requests.storage}');

describe('a change Kubernetes does not allow is refused with its reason, and nothing is changed:', () => {
  test.each([
    [
      'a smaller volume',
      sized('512Mi'),
      'StatefulSet %-redis: volume "data" is 1Gi and cannot shrink to 512Mi: a volume never shrinks.',
    ],
    [
      'another class',
      sized('1Gi', { storageClass: 'rigid' }),
      `StatefulSet %-redis: volume "data" is of the cluster's default class and cannot move to class "rigid": a claim keeps its class.`,
    ],
  ])('%s', async (what, spec, words) => {
    const name = what.replaceAll(/\W/g, '');
    await lab().mooring(applied(await lab().document(name)));
    const next = await lab().document(name, { ...spec, backend: { image: 'example.test/never:1' } });
    const { code, stderr } = await lab().mooring(applied(next));
    expect(code).toBe(65);
    expect(stderr).toContain(
      `The API server would refuse this; nothing was changed:\n  - ${words.replaceAll('%', name)}`,
    );
    expect(await lab().field(name, `deployment/${name}-backend`, '{..containers[0].image}')).not.toContain(
      'never',
    );
    expect((await lab().mooring(['diff', '-f', next])).stdout).toContain(`! ${words.replaceAll('%', name)}`);
  });

  test('a field of a StatefulSet that is fixed', async () => {
    await lab().mooring(applied(await lab().document('fixed')));
    await lab().kubectl(['-n', 'fixed', 'delete', 'statefulset', 'fixed-redis']);
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'fixed-redis' },
      spec: {
        serviceName: 'another',
        selector: { matchLabels: { app: 'a' } },
        template: {
          metadata: { labels: { app: 'a' } },
          spec: { containers: [{ name: 'redis', image: 'a:1' }] },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    };
    await lab().kubectl(['-n', 'fixed', 'create', '-f', '-'], JSON.stringify(set));
    const { code, stderr } = await lab().mooring(applied(await lab().document('fixed')));
    expect(code).toBe(65);
    expect(stderr).toContain(
      'StatefulSet fixed-redis: spec.serviceName cannot change from "another" to "fixed-redis-peers".',
    );
  });

  test('growth, where the class does not allow it', async () => {
    const rigid = { storageClass: 'rigid' };
    await lab().mooring(applied(await lab().document('rigid', sized('1Gi', rigid))));
    await bindClaim('rigid', 'rigid');
    const { code, stderr } = await lab().mooring(applied(await lab().document('rigid', sized('2Gi', rigid))));
    expect(code).toBe(65);
    expect(stderr).toContain(
      'claim data-rigid-redis-0 is 1Gi and cannot grow to 2Gi: its StorageClass "rigid" does not allow it',
    );
  });
});

describe('storage growth', () => {
  test('grows the claims and makes the StatefulSet anew', async () => {
    await lab().mooring(applied(await lab().document('growing')));
    await bindClaim('growing', 'standard');
    const uid = await lab().field('growing', 'statefulset/growing-redis', '{.metadata.uid}');
    const file = await lab().document('growing', sized('3Gi'));
    const [ended] = await Promise.all([lab().mooring(applied(file)), letGo('growing')]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain('StatefulSet growing-redis grown\n');
    expect(await claimSize('growing')).toBe('3Gi');
    expect(await lab().field('growing', 'statefulset/growing-redis', '{.metadata.uid}')).not.toBe(uid);
    expect(await lab().mooring(['diff', '-f', file])).toMatchObject({ code: 0, stdout: '' });
  });

  test('killed between the end of the StatefulSet and its return, and run again, ends in the same state', async () => {
    await lab().mooring(applied(await lab().document('killed')));
    await bindClaim('killed', 'standard');
    const file = await lab().document('killed', sized('3Gi'));
    const program = fileURLToPath(new URL('../../../cli/main.mjs', import.meta.url));
    const child = spawn(process.execPath, [program, ...applied(file)], {
      env: { ...process.env, KUBECONFIG: lab().server.kubeconfigPath },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    // It waits there for the orphaned set to go, which without a garbage collector it does not.
    const set = 'statefulset/killed-redis';
    const leaving = async () =>
      (await lab().field('killed', set, '{.metadata.finalizers}')).includes('orphan');
    await until(`${set} to be on its way`, leaving, 60_000);
    child.kill('SIGKILL');
    await ended;
    await letGo('killed');
    const again = await lab().mooring(applied(file));
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(await claimSize('killed')).toBe('3Gi');
    expect(await lab().mooring(['diff', '-f', file])).toMatchObject({ code: 0, stdout: '' });
    expect((await lab().mooring(['history', '-f', file, '-o', 'json'])).stdout).toContain('"revision": 2');
  });
});
