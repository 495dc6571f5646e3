import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyWithFifthService } from '../../e2e/fifth-service/copy.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { rollOut } from '../controllers.ts';
import { applied, startLab, type Lab } from './mooring.ts';

/** The program of a copy whose chat has a worker and a queue, against an API server. */
async function startFifthLab(): Promise<Lab> {
  const copy = await copyWithFifthService();
  try {
    const lab = await startLab(join(copy.folder, 'cli/main.mjs'));
    const stop = async (): Promise<void> => {
      await lab.stop();
      await copy.stop();
    };
    return { ...lab, stop };
  } catch (error) {
    await copy.stop();
    throw error;
  }
}

interface Report {
  readonly checks: readonly { id: string; verdict: string; says: string }[];
}

describe('law 2: a worker with a store only it uses, in a cluster', () => {
  const lab = forSuite(startFifthLab);

  test('apply makes its password, and a rotation tells the queue and restarts the worker', async () => {
    const file = await lab().document('told');
    expect(await lab().mooring(applied(file))).toMatchObject({ code: 0 });
    const password = await lab().field('told', 'secret/told-secrets', '{.data.queue-password}');
    expect(password).not.toBe('');
    const dry = ['secrets', 'rotate', '-f', file, '--dry-run'];
    await rollOut(lab(), 'told');
    const { stdout, stderr } = await lab().mooring([...dry, '-o', 'json']);
    const { keys, restarts } = JSON.parse(stdout) as { keys: string[]; restarts: string[] };
    expect(keys, stderr).toContain('queue-password');
    expect(restarts).toContain('worker');
    expect(restarts).not.toContain('queue');
    expect((await lab().mooring(dry)).stdout).toMatch(/\bqueue\b.*\bworker\b/);
    await lab().kubectl(['-n', 'told', 'delete', 'pod', 'told-queue-0', '--force', '--grace-period=0']);
    const away = await lab().mooring(dry);
    expect(away.code).toBe(66);
    expect(away.stderr).toMatch(/queue .* it has no ready pod/);
  });

  test('doctor compares what the worker reads, and says that it cannot know whether it reaches the queue', async () => {
    const file = await lab().document('seen');
    expect(await lab().mooring(applied(file))).toMatchObject({ code: 0 });
    const doctor = async (): Promise<Report['checks']> =>
      (JSON.parse((await lab().mooring(['doctor', '-f', file, '-o', 'json'])).stdout) as Report).checks;
    const before = await doctor();
    expect(before.filter(({ id }) => id === 'env/worker')).toMatchObject([{ verdict: 'ok' }]);
    expect(before.filter(({ id, says }) => id === 'dial' && says.includes('queue'))).toMatchObject([
      {
        verdict: 'note',
        says: expect.stringMatching(/^Whether worker reaches queue is unknown: /) as string,
      },
    ]);
    await lab().kubectl(['-n', 'seen', 'set', 'env', 'deployment/seen-worker', 'QUEUE_PORT=5671']);
    expect((await doctor()).find(({ id }) => id === 'env/worker/QUEUE_PORT')).toMatchObject({
      verdict: 'wrong',
      says: 'worker: QUEUE_PORT is 5671 in the cluster, but the contract says 5672.',
    });
    expect((await lab().mooring(['diff', '-f', file])).stdout).toContain('Deployment seen-worker');
  });

  test('status has a row for each, and a rollback keeps the queue’s volume as large as it has become', async () => {
    const small = await lab().document('grown');
    await lab().mooring(applied(small));
    const { stdout } = await lab().mooring(['status', '-f', small, '-o', 'json']);
    const { services } = JSON.parse(stdout) as { services: { service: string }[] };
    expect(services.map(({ service }) => service)).toEqual(expect.arrayContaining(['queue', 'worker']));
    // As after a growth: the set is there with its larger claims, and the history says so.
    await lab().kubectl(['-n', 'grown', 'delete', 'statefulset', 'grown-queue']);
    const large = await lab().document('grown', {
      queue: { storage: { size: '3Gi' } },
      worker: { replicas: 2 },
    });
    await lab().mooring(applied(large));
    const back = await lab().mooring(['rollback', '-f', large, '--yes', '--no-wait']);
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(back.stderr).toContain('The volume of queue stays at 3Gi: volumes never shrink.');
    expect(await lab().field('grown', 'deployment/grown-worker', '{.spec.replicas}')).toBe('1');
  });
});
