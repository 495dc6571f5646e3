import { describe, expect, test } from 'vitest';
import { consentOf } from '../../../cli/doctor/consent.ts';
import { dialChecks } from '../../../cli/doctor/dials.ts';
import type { Target } from '../../../cli/target.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { stackOf } from '../../charts-ts/rendered.ts';

const crashLooping = {
  metadata: { name: 'demo-backend-1', namespace: 'chat', creationTimestamp: '2026-11-25T00:00:00Z' },
  spec: { containers: [{ name: 'backend', image: 'example.test/backend' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'backend', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
  },
};

/** A cluster with one pod that crash-loops; what it is asked to change is kept. */
function cluster(): { cluster: Cluster; changes: string[] } {
  const changes: string[] = [];
  const request = (method: string, path: string) => {
    if (method !== 'GET') changes.push(`${method} ${path}`);
    return Promise.resolve({ status: 200, json: { items: [crashLooping] }, warnings: [] });
  };
  const collectionOf = () => Promise.resolve('/pods');
  return { cluster: { api: { request }, discovery: { collectionOf } } as unknown as Cluster, changes };
}

describe('a pod that crash-loops', () => {
  test('gets no container without consent, and what was not looked at is told', async () => {
    const fake = cluster();
    const checks = await dialChecks(fake.cluster, stackOf(), [], () =>
      Promise.resolve('A dry run adds none.'),
    );
    expect(checks).toEqual([
      {
        id: 'dial',
        verdict: 'note',
        says: 'The stores could not be dialled: Pod demo-backend-1 is in CrashLoopBackOff, so it takes an ephemeral container beside it. A dry run adds none.',
      },
    ]);
    expect(fake.changes).toEqual([]);
  });
});

describe('consent', () => {
  const target = { context: 'prod', isKind: false } as Target;

  test('is asked for outside kind: without a terminal there is none', async () => {
    await expect(consentOf(target, {})('Pod a')).resolves.toMatch(/prod is not a kind cluster.*--yes/);
    await expect(consentOf(target, { yes: true })('Pod a')).resolves.toBeUndefined();
    await expect(consentOf({ ...target, isKind: true }, {})('Pod a')).resolves.toBeUndefined();
  });

  test('is never given by a dry run', async () => {
    await expect(consentOf({ ...target, isKind: true }, { dryRun: true })('Pod a')).resolves.toMatch(
      /dry run/,
    );
  });
});
