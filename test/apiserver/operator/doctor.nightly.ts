import { describe, expect, onTestFinished, test } from 'vitest';
import { openCluster } from '../../../kube/cluster.ts';
import { microTime } from '../../../kube/lease-object.ts';
import { operatorName } from '../../../operator/manifests/names.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { until } from './lab.ts';
import { commandsUnder, longReady, startOwnedLab } from './owned-lab.ts';

const lab = forSuite(() => startOwnedLab(['deployment-controller', 'replicaset-controller']));
const system = 'mooring-system';

interface Check {
  readonly id: string;
  readonly verdict: string;
  readonly says: string;
  readonly fix?: string;
}

/** What doctor says of gates. */
async function gates(file: string): Promise<Check | undefined> {
  const { stdout } = await lab().mooring(['doctor', '--dry-run', '-f', file, '-o', 'json']);
  return (JSON.parse(stdout) as { checks: Check[] }).checks.find(({ id }) => id === 'gates');
}

const podsOf = async (namespace: string): Promise<string[]> =>
  (await lab().kubectl(['-n', namespace, 'get', 'pods', '-o', 'name'])).split('\n').filter(Boolean);

const gatedPods = async (namespace: string): Promise<string> =>
  lab().kubectl([
    ...['-n', namespace, 'get', 'pods', '-o'],
    'jsonpath={.items[?(@.spec.readinessGates)].metadata.name}',
  ]);

/** A Lease that is held and renewed now. */
async function led(): Promise<void> {
  const { api } = openCluster({ kubeconfig: lab().server.kubeconfigPath }, 'test');
  const path = `/apis/coordination.k8s.io/v1/namespaces/${system}/leases`;
  const now = microTime();
  const spec = { holderIdentity: 'one', leaseDurationSeconds: 3_600, renewTime: now, acquireTime: now };
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: operatorName },
    spec,
  };
  await api.request('POST', path, { body: lease });
  onTestFinished(async () => {
    await api.request('DELETE', `${path}/${operatorName}`, { accept: [404] });
    api.close();
  });
}

/** Runs a command line as it was said. */
async function run(command: string): Promise<void> {
  const { code, stderr } = await lab().shell(command);
  expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({ command, code: 0, stderr: '' });
}

/** Until every pod is without gates: an old one goes when its new one is ready. */
const ungated = (namespace: string): Promise<void> =>
  until('pods without gates', async () => {
    await lab().setPods(namespace, longReady('Ready', 'ContainersReady'));
    return (await gatedPods(namespace)) === '';
  });

describe('mooring doctor on pods with readiness gates', () => {
  const name = 'gated';

  test('whose operator does not work names them and what is wrong, and the way out works', async () => {
    const { file, operator } = await lab().operated(name);
    await until('a pod of the backend', async () => (await podsOf(name)).length === 1);
    await operator.stop();
    const found = await gates(file);
    expect(found).toMatchObject({ verdict: 'wrong' });
    expect(found?.says).toMatch(
      /No operator sets the readiness gates of Pod gated-backend-\S+: 0 of 2 replicas/,
    );
    expect(found?.says).toMatch(/Not ready, and not becoming so: Pod gated-backend-/);

    // By the leader's Lease the operator works; only what it has long not set is told.
    await led();
    expect(await gates(file)).toBeUndefined();
    await lab().setPods(name, longReady('ContainersReady'));
    const unset = await gates(file);
    expect(unset?.says).toContain('does not set the readiness gates mooring.dev/');
    const before = await podsOf(name);
    await run(unset?.fix?.split(';')[0] ?? '');
    await until('another pod', async () => (await podsOf(name))[0] !== before[0]);
    await lab().kubectl(['-n', system, 'delete', 'lease', operatorName]);

    const commands = commandsUnder(found?.fix ?? '', /let the stack run without an operator/);
    expect(commands).toHaveLength(3);
    for (const command of commands) await run(command);
    await ungated(name);
    expect(await gates(file)).toBeUndefined();
  });

  test('whose document is gone says that none sets them, also where an operator works', async () => {
    const { file } = await lab().operated('alone');
    await until('a pod of the backend', async () => (await podsOf('alone')).length === 1);
    await lab().kubectl(['-n', 'alone', 'delete', 'chatstack', 'alone', '--cascade=orphan']);
    await led();
    const found = await gates(file);
    expect(found?.says).toContain('ChatStack alone is not in namespace alone.');
    expect(found?.fix).toBe(`mooring apply --force-conflicts --file ${file}`);
    await run(found?.fix ?? '');
    await ungated('alone');
    expect(await gates(file)).toBeUndefined();
  });
});
