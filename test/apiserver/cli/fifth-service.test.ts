import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyWithFifthService } from '../../e2e/fifth-service/copy.ts';
import { forSuite } from '../../servers/for-suite.ts';
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

/** The pod a StatefulSet's controller would make, and that it is ready, as kubelet would say: neither is here. */
async function standIn({ kubectl }: Lab, namespace: string, service: string): Promise<void> {
  const name = `${namespace}-${service}`;
  const set = JSON.parse(
    await kubectl(['-n', namespace, 'get', 'statefulset', name, '-o', 'json']),
  ) as StatefulSet;
  const { template, volumeClaimTemplates = [] } = set.spec;
  const claims = volumeClaimTemplates.map(({ metadata: { name: volume } }) => ({
    name: volume,
    persistentVolumeClaim: { claimName: `${volume}-${name}-0` },
  }));
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      name: `${name}-0`,
      labels: { ...template.metadata.labels, 'controller-revision-hash': 'newest' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name, uid: set.metadata.uid, controller: true },
      ],
    },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claims] },
  };
  const setStatus = async (object: string, status: object): Promise<void> => {
    const patch = JSON.stringify({ status });
    await kubectl(['-n', namespace, 'patch', object, '--subresource=status', '--type=merge', '-p', patch]);
  };
  await kubectl(['-n', namespace, 'create', '-f', '-'], JSON.stringify(pod));
  await setStatus(`pod/${name}-0`, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
  await setStatus(`statefulset/${name}`, {
    ...{ replicas: 1, updateRevision: 'newest' },
    observedGeneration: set.metadata.generation,
  });
}

/** What a stand-in for its pod takes of a StatefulSet. */
interface StatefulSet {
  readonly metadata: { readonly uid: string; readonly generation: number };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly volumes?: readonly object[] };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
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
    await standIn(lab(), 'told', 'neo4j');
    const away = await lab().mooring(dry);
    expect(away.code).toBe(66);
    expect(away.stderr).toContain('queue keeps its secret itself and must be up to be told the new one');
    await standIn(lab(), 'told', 'queue');
    const { stdout, stderr } = await lab().mooring([...dry, '-o', 'json']);
    const { keys, restarts } = JSON.parse(stdout) as { keys: string[]; restarts: string[] };
    expect(keys, stderr).toContain('queue-password');
    expect(restarts).toContain('worker');
    expect(restarts).not.toContain('queue');
    expect((await lab().mooring(dry)).stdout).toMatch(/queue be told the new one,/);
  });

  test('doctor compares what the worker reads, and never says that it reaches the queue unseen', async () => {
    const file = await lab().document('seen');
    expect(await lab().mooring(applied(file))).toMatchObject({ code: 0 });
    const doctor = async (): Promise<Report['checks']> =>
      (JSON.parse((await lab().mooring(['doctor', '-f', file, '-o', 'json'])).stdout) as Report).checks;
    const before = await doctor();
    expect(before.filter(({ id }) => id === 'env/worker')).toMatchObject([{ verdict: 'ok' }]);
    expect(before.filter(({ id, verdict }) => id.startsWith('dial') && verdict === 'ok')).toEqual([]);
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
