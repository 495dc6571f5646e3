import { expect, onTestFinished, test, vi } from 'vitest';
import { leaderIn } from '../../../cli/installation/leader.ts';
import type { Cluster } from '../../../kube/cluster.ts';

/** An API server with a Lease that was renewed last long ago by this machine's clock, and is another one at each read. */
function clusterWithOldLease(): Cluster {
  let reads = 0;
  const spec = { holderIdentity: 'one_1', renewTime: '2020-01-01T00:00:00Z', leaseDurationSeconds: 15 };
  return {
    discovery: { pathOf: () => Promise.resolve('/lease') },
    api: {
      request: () =>
        Promise.resolve({ status: 200, json: { metadata: { resourceVersion: `${++reads}` }, spec } }),
    },
  } as unknown as Cluster;
}

test('while it is watched whether a Lease is renewed, it is said what is waited for', async () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => written.mockRestore());
  const looking = leaderIn(clusterWithOldLease(), 'mooring-system');
  await vi.waitFor(() => expect(written).toHaveBeenCalled());
  expect(String(written.mock.calls[0]?.[0])).toContain(
    'Lease mooring-operator of namespace mooring-system looks old; watching for 6 s whether it is renewed',
  );
  expect(await looking).toMatchObject({ holder: 'one_1', isStale: false });
});
