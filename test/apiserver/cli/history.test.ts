import { describe, expect, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { applied, startLab } from './mooring.ts';

const lab = forSuite(() => startLab());

interface Entry {
  revision: number;
  outcome: string;
  note?: string;
}
const history = async (file: string): Promise<Entry[]> => {
  const { stdout } = await lab().mooring(['history', '-f', file, '-o', 'json']);
  return (JSON.parse(stdout) as { revisions: Entry[] }).revisions;
};
const image = (name: string): Promise<string> =>
  lab().field(name, `deployment/${name}-backend`, '{..containers[0].image}');
const backend = (tag: string): object => ({ backend: { image: `example.test/backend:${tag}` } });

describe('the history', () => {
  test('has a revision for each document, not for each apply, and keeps the last ten', async () => {
    const first = await lab().document('kept', backend('1'));
    await lab().mooring(applied(first));
    await lab().mooring(applied(first));
    expect(await history(first)).toMatchObject([{ revision: 1, outcome: 'applied' }]);
    for (let tag = 2; tag <= 12; tag += 1)
      await lab().mooring(applied(await lab().document('kept', backend(String(tag)))));
    const revisions = (await history(first)).map(({ revision }) => revision);
    expect(revisions).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('says in a table when each was applied and what became of it', async () => {
    const file = await lab().document('table');
    await lab().mooring(applied(file));
    const { stdout } = await lab().mooring(['history', '-f', file]);
    expect(stdout).toMatch(
      /^REVISION +AT +OUTCOME +DIGEST +MOORING +NOTE\n1 +\d{4}-\S+Z +applied, not checked +[0-9a-f]{16} +\S+\n$/,
    );
  });

  test('of a stack that was never applied is empty, and there is nothing to go back to', async () => {
    const file = await lab().document('never');
    expect((await lab().mooring(['history', '-f', file])).stdout).toContain('has no history');
    const { code, stderr } = await lab().mooring(['rollback', '-f', file, '--yes']);
    expect(code).toBe(66);
    expect(stderr).toContain('has no earlier revision that worked');
  });
});

describe('rollback', () => {
  test('applies the document before this one, as a revision of its own', async () => {
    const first = await lab().document('back', backend('1'));
    await lab().mooring(applied(first));
    const second = await lab().document('back', backend('2'));
    await lab().mooring(applied(second));
    const back = await lab().mooring(['rollback', '-f', second, '--yes', '--no-wait']);
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(back.stderr).toContain('differs from this revision');
    expect(await image('back')).toBe('example.test/backend:1');
    expect(await history(second)).toMatchObject([
      { revision: 1 },
      { revision: 2 },
      { revision: 3, note: 'rollback to 1' },
    ]);
    expect(await lab().mooring(['diff', '-f', first])).toMatchObject({ code: 0 });
    const same = await lab().mooring(['rollback', '1', '-f', first, '--yes', '--no-wait']);
    expect(same, same.stderr).toMatchObject({ code: 0 });
    expect(same.stderr).not.toContain('differs from this revision');
  });

  test('goes to the revision that is named, and says which there are when it is none', async () => {
    for (const tag of ['1', '2', '3'])
      await lab().mooring(applied(await lab().document('named', backend(tag))));
    const file = await lab().document('named', backend('3'));
    const unknown = await lab().mooring(['rollback', '9', '-f', file, '--yes']);
    expect(unknown.code).toBe(66);
    expect(unknown.stderr).toContain('has no revision 9; it has 1, 2, 3.');
    const dry = await lab().mooring(['rollback', '1', '-f', file, '--dry-run']);
    expect(dry.stdout).toContain('"example.test/backend:3" → "example.test/backend:1"');
    expect(await image('named')).toBe('example.test/backend:3');
    expect((await lab().mooring(['rollback', '1', '-f', file, '--yes', '--no-wait'])).code).toBe(0);
    expect(await image('named')).toBe('example.test/backend:1');
  });

  test('keeps a volume that has grown since', async () => {
    const small = await lab().document('grown', backend('1'));
    await lab().mooring(applied(small));
    // As after a growth: the set is there with its larger claims, and the history says so.
    await lab().kubectl(['-n', 'grown', 'delete', 'statefulset', 'grown-redis']);
    const large = await lab().document('grown', { ...backend('2'), redis: { storage: { size: '3Gi' } } });
    await lab().mooring(applied(large));
    const back = await lab().mooring(['rollback', '-f', large, '--yes', '--no-wait']);
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(back.stderr).toContain('The volume of redis stays at 3Gi: volumes never shrink.');
    expect(await image('grown')).toBe('example.test/backend:1');
  });
});

describe('what the stack no longer renders', () => {
  const external = { redis: { external: { host: 'redis.example.test' } } };
  /** What the controller makes of a claim template. */
  const claim = (name: string): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: `data-${name}-redis-0`,
        labels: { 'app.kubernetes.io/instance': name, 'app.kubernetes.io/name': 'redis' },
      },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });

  test('goes before the workload is written where it is an autoscaler, which would scale it again', async () => {
    const scaled = { preset: 'staging', backend: { autoscaling: { enabled: true } } };
    const file = await lab().document('scaler', scaled);
    const first = await lab().mooring(applied(file, '--force-conflicts'));
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const fixed = await lab().document('scaler', {
      preset: 'staging',
      backend: { autoscaling: { enabled: false } },
    });
    const second = await lab().mooring(applied(fixed, '--prune'));
    expect(second, second.stderr).toMatchObject({ code: 0 });
    const written = second.stderr.split('\n').filter((line) => / (changed|removed)$/.test(line));
    expect(written).toEqual([
      'HorizontalPodAutoscaler scaler-backend removed',
      'Deployment scaler-backend changed',
    ]);
  });

  test('stays and is named; goes with --prune; a claim only with --delete-data, and never somebody else’s', async () => {
    await lab().mooring(applied(await lab().document('pruned')));
    const { kubectl } = lab();
    await kubectl(['-n', 'pruned', 'create', '-f', '-'], claim('pruned'));
    const helms = claim('pruned')
      .replace('data-pruned-redis-0', 'data-other-pruned-redis-0')
      .replace('"labels":{', '"labels":{"app.kubernetes.io/managed-by":"Helm",');
    await kubectl(['-n', 'pruned', 'create', '-f', '-'], helms);
    await kubectl(['-n', 'pruned', 'create', 'configmap', 'not-ours']);
    const file = await lab().document('pruned', external);
    const plain = await lab().mooring(applied(file));
    expect(plain.stderr).toContain(
      'No longer of the stack, and still there (--prune removes them): StatefulSet pruned-redis,',
    );
    const names = () =>
      kubectl(['-n', 'pruned', 'get', 'statefulsets,services,pvc,configmaps', '-o', 'name']);
    expect(await names()).toContain('statefulset.apps/pruned-redis');
    expect((await lab().mooring(['diff', '-f', file])).stdout).toContain('- StatefulSet pruned-redis\n');
    expect(await lab().mooring(applied(file, '--delete-data'))).toMatchObject({ code: 64 });

    expect(await lab().mooring(applied(file, '--prune'))).toMatchObject({ code: 0 });
    expect(await names()).not.toMatch(/(statefulset.apps|service)\/pruned-redis/);
    expect(await names()).toContain('persistentvolumeclaim/data-pruned-redis-0');
    const diff = await lab().mooring(['diff', '-f', file]);
    expect(diff, 'a claim that is kept is no difference').toMatchObject({ code: 0, stdout: '' });
    expect(diff.stderr).toMatch(/^Kept, .*PersistentVolumeClaim data-pruned-redis-0/m);

    const all = await lab().mooring(applied(file, '--prune', '--delete-data'));
    expect(all.stderr).toContain('PersistentVolumeClaim data-pruned-redis-0 removed');
    // Its own finalizer holds it until a controller that is not here lets it go.
    expect(await lab().field('pruned', 'pvc/data-pruned-redis-0', '{.metadata.deletionTimestamp}')).not.toBe(
      '',
    );
    expect(
      await lab().field('pruned', 'pvc/data-other-pruned-redis-0', '{.metadata.deletionTimestamp}'),
    ).toBe('');
    expect(await names()).toContain('configmap/not-ours');
  });

  test('down removes the stack, keeps its data, and says what deleting the namespace would take along', async () => {
    const file = await lab().document('gone');
    await lab().mooring(applied(file));
    await lab().kubectl(['-n', 'gone', 'create', '-f', '-'], claim('gone'));
    await lab().kubectl(['-n', 'gone', 'create', 'configmap', 'not-ours']);
    const secret = await lab().field('gone', 'secret/gone-secrets', '{.data}');
    const dry = await lab().mooring(['down', '-f', file, '--dry-run']);
    expect(dry.stdout).toContain('- StatefulSet gone-redis\n');
    expect(await lab().field('gone', 'statefulset/gone-redis', '{.metadata.name}')).toBe('gone-redis');
    const down = await lab().mooring(['down', '-f', file, '--yes']);
    expect(down, down.stderr).toMatchObject({ code: 0 });
    expect(down.stdout).toContain(
      'Deleting it would take along: PersistentVolumeClaim data-gone-redis-0, Secret gone-secrets, ConfigMap gone-history, ConfigMap not-ours',
    );
    const left = await lab().kubectl([
      '-n',
      'gone',
      'get',
      'all,networkpolicies,serviceaccounts,configmaps,secrets,pvc',
      '-o',
      'name',
    ]);
    expect(left.split('\n').sort()).toEqual([
      'configmap/gone-history',
      'configmap/not-ours',
      'persistentvolumeclaim/data-gone-redis-0',
      'secret/gone-secrets',
    ]);
    expect(await lab().mooring(['down', '-f', file, '--yes'])).toMatchObject({ code: 0 });
    expect(await lab().mooring(applied(file))).toMatchObject({ code: 0 });
    expect(await lab().field('gone', 'secret/gone-secrets', '{.data}')).toBe(secret);
  });

  test('down --delete-data takes secrets, history, claims and the Lease along', async () => {
    const file = await lab().document('erased');
    await lab().mooring(applied(file));
    const down = await lab().mooring(['down', '-f', file, '--yes', '--delete-data']);
    expect(down, down.stderr).toMatchObject({ code: 0 });
    const left = await lab().kubectl([
      '-n',
      'erased',
      'get',
      'all,configmaps,secrets,pvc,leases',
      '-o',
      'name',
    ]);
    expect(left).toBe('');
    expect(await lab().mooring(['down', '-f', file, '--delete-namespace', '--yes'])).toMatchObject({
      code: 64,
    });
  });
});

describe('secrets rotate --dry-run', () => {
  test('ends as the rotation would: without a Secret, or with a Neo4j that is not up', async () => {
    const file = await lab().document('rotated');
    const dry = ['secrets', 'rotate', '-f', file, '--dry-run'];
    const none = await lab().mooring(dry);
    expect(none.code).toBe(66);
    expect(none.stderr).toContain('has no Secret in namespace rotated yet');
    await lab().mooring(applied(file));
    const away = await lab().mooring(dry);
    expect(away.code).toBe(66);
    expect(away.stderr).toContain('it has no ready pod');
  });
});
