import { operatorSeen, type OperatorSeen } from '../../../cli/installation/operator-checks.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openCluster } from '../../../kube/cluster.ts';
import { operatorName } from '../../../operator/manifests/names.ts';
import { servesAnnotation, servesText } from '../../../operator/manifests/serves.ts';
import { LeaderElection } from '../../../operator/runtime/leader-election.ts';
import { pause } from '../../../operator/runtime/pause.ts';
import { shopKind } from '../../kinds/shop-kind.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { chatStackIn, until } from './lab.ts';
import { longReady, startOwnedLab } from './owned-lab.ts';

const lab = forSuite(() => startOwnedLab(['deployment-controller', 'replicaset-controller']));
const system = 'mooring-system';
const kinds = [chatKind] as unknown as readonly StackKind[];

/** What is seen of the operator, without a new process. */
async function seen(namespace = system, of = kinds): Promise<OperatorSeen> {
  const cluster = openCluster({ kubeconfig: lab().server.kubeconfigPath }, 'test');
  try {
    return await operatorSeen(cluster, of, { namespace, where: {} });
  } finally {
    cluster.api.close();
  }
}

/** The one check that is wrong. */
const wrongIn = ({ checks }: OperatorSeen) => {
  const wrong = checks.filter(({ verdict }) => verdict === 'wrong');
  expect(wrong.map(({ id }) => id)).toHaveLength(1);
  return wrong[0] ?? { id: '', says: '', fix: '' };
};

/** Follows what a check says is to be done. */
async function follow(fix: string | undefined): Promise<void> {
  const { code, stderr } = await lab().shell(fix ?? '');
  expect(code, stderr).toBe(0);
}

async function pods(count: number): Promise<void> {
  await until(`${count} pods`, async () => {
    const names = await lab().kubectl(['-n', system, 'get', 'pods', '-o', 'name']);
    return names.split('\n').filter(Boolean).length === count;
  });
}

/** Holds the operator's Lease until the test ends. */
const newer = 'mooring-operator-one_1234';

/** @returns what ends its term. */
async function lead(annotations = {}, identity = newer): Promise<() => Promise<void>> {
  const cluster = openCluster({ kubeconfig: lab().server.kubeconfigPath }, operatorName);
  const stopping = new AbortController();
  const election = new LeaderElection({
    cluster,
    place: { name: operatorName, namespace: system, labels: {}, annotations },
    identity,
    onError: () => undefined,
  });
  const led = Promise.withResolvers<undefined>();
  const term = election.lead(async (signal) => {
    led.resolve(undefined);
    await pause(3_600_000, signal);
  }, stopping.signal);
  const end = async () => {
    stopping.abort();
    await term;
    cluster.api.close();
  };
  onTestFinished(end);
  await led.promise;
  return end;
}

describe('mooring operator status', () => {
  test('says that none is installed, and the command that installs it', async () => {
    const { code, stdout, stderr } = await lab().mooring([
      'operator',
      'status',
      '-n',
      'default',
      '-o',
      'json',
    ]);
    expect(code, stderr).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ ok: false, installed: false, replicas: null, leader: null },
      definitions: [{ name: 'chatstacks.mooring.dev', served: true }],
      checks: [{ id: 'operator', fix: 'mooring operator install --namespace default' }],
    });
  });

  test.each([
    ['ImagePullBackOff', 'Back-off pulling image "mooring/operator:0": ErrImagePull: not found'],
    ['ErrImagePull', 'not found'],
  ])('names an image that cannot be pulled, and why, while it is %s', async (reason, message) => {
    await pods(2);
    const image = 'mooring/operator:0';
    const container = { name: 'operator', image, imageID: '', ready: false, restartCount: 0 };
    await lab().setPods(system, {
      phase: 'Pending',
      containerStatuses: [{ ...container, state: { waiting: { reason, message } } }],
    });
    const [check] = (await seen()).checks;
    expect(check?.says).toContain(
      `${reason}: container "operator": the image "${image}" cannot be pulled: not found.`,
    );
    expect(check?.fix).toContain('mooring operator install --image <reference>');
  });

  test('says that no replica leads, though all are ready', async () => {
    await lab().setPods(system, longReady('Ready'));
    await until('both replicas to count as ready', async () => (await seen()).workload?.rolledOut === true);
    expect(wrongIn(await seen())).toMatchObject({
      id: 'operator/leader',
      says: expect.stringContaining('No replica leads') as string,
    });
  });

  test('ends with 0 where one leads, and lists stacks with what drifted last', async () => {
    await lead();
    const stack = chatStackIn('default', {}, 'listed');
    await lab().kubectl(['apply', '-f', '-'], JSON.stringify(stack));
    const now = '2026-11-28T09:00:00Z';
    const condition = { type: 'Ready', status: 'True', reason: 'Available', message: '' };
    const degraded = {
      type: 'Degraded',
      status: 'True',
      reason: 'AttentionNeeded',
      message: 'It is fought over.',
    };
    const lastDrift = { object: 'Service listed-redis', field: 'spec.ports', from: '1', to: '2', time: now };
    const conditions = [condition, degraded].map((one) => ({ ...one, lastTransitionTime: now }));
    const patch = JSON.stringify({ status: { observedGeneration: 1, conditions, lastDrift } });
    await lab().kubectl([
      ...['patch', 'chatstack', 'listed', '--subresource=status', '--type=merge', '-p', patch],
    ]);
    const { code, stdout, stderr } = await lab().mooring(['operator', 'status', '-o', 'table']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^mooring-system +mooring\/operator:\S+ +2\/2 +mooring-operator-one_1234 +\d{4}-\S+Z$/m,
    );
    expect(stdout).toMatch(/^chatstacks\.mooring\.dev +mooring\.dev\/v1alpha1 +served$/m);
    expect(stdout).toMatch(
      /^default +ChatStack listed +True +Available +Service listed-redis spec\.ports \S+$/m,
    );
    expect(stdout).toContain('\n  ChatStack listed of namespace default: It is fought over.\n');
    await lab().kubectl(['delete', 'chatstack', 'listed']);
  });

  test('takes a leader for one whose clock is an hour off, and one that renews no more for none', async () => {
    const renew = async (): Promise<void> => {
      const renewTime = `${new Date(Date.now() - 3_600_000).toISOString().slice(0, -1)}000Z`;
      const spec = { holderIdentity: 'mooring-operator-two_5678', leaseDurationSeconds: 15, renewTime };
      await lab().kubectl([
        ...['-n', system, 'patch', 'lease', operatorName, '--type=merge', '-p', JSON.stringify({ spec })],
      ]);
    };
    await renew();
    const renewals = setInterval(() => void renew(), 1_000);
    expect((await seen()).leader).toMatchObject({ holder: 'mooring-operator-two_5678', isStale: false });
    clearInterval(renewals);
    // One may be under way.
    await until('the renewals to end', async () => (await seen()).leader?.isStale === true);
    expect(wrongIn(await seen()).says).toContain('mooring-operator-two_5678 held Lease mooring-operator');
    await lab().kubectl(['-n', system, 'delete', 'lease', operatorName]);
  });

  test('names the rights it lacks, however they were lost, and a command that gives them back', async () => {
    await lead();
    const edit = '[{"op":"replace","path":"/rules","value":[]}]';
    for (const [words, right] of [
      [['delete', 'clusterrolebinding', operatorName], /patch .*pods\/status/],
      [['patch', 'clusterrole', operatorName, '--type=json', '-p', edit], /list .*services/],
      [['-n', system, 'delete', 'role', operatorName], /create leases\.coordination\.k8s\.io/],
    ] as const) {
      await lab().kubectl(words);
      const check = wrongIn(await seen());
      expect(check.says).toMatch(right);
      await follow(`${check.fix ?? ''} --yes`);
      await until('the authorizer to know them', async () => (await seen()).checks.length === 0);
    }
  });

  test('names a definition that is missing, and a command that brings it', async () => {
    await lead();
    await lab().kubectl(['delete', 'customresourcedefinition', 'chatstacks.mooring.dev']);
    const before = await seen();
    expect(before.unserved).toEqual(kinds);
    await follow(`${wrongIn(before).fix ?? ''} --yes`);
    expect((await seen()).checks).toEqual([]);
  });

  test('keeps the image that was chosen in the command it names', async () => {
    await follow('mooring operator install --yes --image example.com/operator:2 --replicas 3');
    await lab().kubectl(['delete', 'clusterrolebinding', operatorName]);
    const { checks } = await seen();
    expect(checks.find(({ id }) => id === 'operator/rights')?.fix).toBe(
      'mooring operator install --image example.com/operator:2 --replicas 3 --force-conflicts',
    );
  });

  test('names a kind that the image which leads does not serve, and asks for one that does', async () => {
    await lead({ [servesAnnotation]: servesText(newer, [chatKind]) });
    const { checks } = await seen(system, [...kinds, shopKind]);
    const found = checks.filter(({ id }) => id.startsWith('operator/kind/'));
    expect(found).toMatchObject([
      {
        id: 'operator/kind/shopstacks.example.com',
        says: 'The operator does not serve ShopStack: its image example.com/operator:2 serves chatstacks.mooring.dev alone.',
        fix: expect.stringMatching(
          /docs\/own-kind\.md.*: mooring operator install --replicas 3 --image <reference>$/,
        ) as string,
      },
    ]);
  });

  test('does not know the kinds of a leader that left those of the one before on the Lease', async () => {
    const end = await lead({ [servesAnnotation]: servesText(newer, [chatKind]) });
    const seenKinds = async () => {
      const { leader, checks } = await seen(system, [...kinds, shopKind]);
      return {
        serves: leader?.serves,
        ids: checks.map(({ id }) => id).filter((id) => id.startsWith('operator/kind/')),
      };
    };
    expect(await seenKinds()).toEqual({
      serves: ['chatstacks.mooring.dev'],
      ids: ['operator/kind/shopstacks.example.com'],
    });
    await end();
    await lead({}, 'mooring-operator-older_5678');
    expect(await seenKinds()).toEqual({ serves: undefined, ids: [] });
  });

  test('of kinds of your own that no operator is installed for names the image in its advice', async () => {
    expect(wrongIn(await seen('default', [...kinds, shopKind])).fix).toMatch(
      /docs\/own-kind\.md.*: mooring operator install --namespace default --image <reference>$/,
    );
  });

  test('says that it is unknown where nothing may be read, and ends with 77', async () => {
    await lab().kubectl(['-n', 'default', 'create', 'serviceaccount', 'stranger']);
    const token = await lab().kubectl(['-n', 'default', 'create', 'token', 'stranger']);
    const kubeconfig = await lab().kubeconfigOf(token);
    const { code, stdout, stderr } = await lab().mooring(['operator', 'status'], { kubeconfig });
    expect(code, stderr).toBe(77);
    expect(stdout).toContain('Unknown: whether the operator runs.');
    expect(stdout).toContain('Unknown: which ChatStacks there are.');
    expect(stdout).not.toContain('No operator is installed');
  });
});

describe('a stack whose operator is away', () => {
  const now = '2026-11-28T09:00:00Z';

  /** A resource with the status that an operator gave it; its document was changed since. */
  async function left(name: string): Promise<string> {
    const file = await lab().document(name);
    await lab().kubectl(['create', 'namespace', name]);
    await lab().kubectl(['apply', '-f', '-'], JSON.stringify(chatStackIn(name, {}, name)));
    const conditions = [
      { type: 'Ready', status: 'True', reason: 'Available', message: '', lastTransitionTime: now },
    ];
    const status = JSON.stringify({ status: { observedGeneration: 1, conditions } });
    const patch = ['-n', name, 'patch', 'chatstack', name, '--type=merge'];
    await lab().kubectl([...patch, '--subresource=status', '-p', status]);
    await lab().kubectl([...patch, '-p', '{"spec":{"backend":{"replicas":2}}}']);
    return file;
  }

  test('is told so by mooring status and doctor, with the command that brings one, and how old its conditions may be', async () => {
    const file = await left('stale');
    const { stdout, stderr } = await lab().mooring(['status', '-f', file]);
    expect(stderr).toContain('Reading stack "stale" in namespace stale of context ');
    expect(stdout).toMatch(/✗ .*[0-9]+ of 3 replicas run what is installed and are ready/);
    expect(stdout).toMatch(
      /conditions are what an operator wrote last, and need not hold now: they are of generation 1 of the document, which is at generation 2, and no replica of it leads\.$/m,
    );

    await lab().kubectl(['-n', system, 'delete', 'deployment', operatorName]);
    const absent = await lab().mooring(['status', '-f', file]);
    expect(absent.stdout).toContain(
      `✗ No operator is installed in namespace ${system}.\n    To do: mooring operator install\n`,
    );
    const data = await lab().mooring(['status', '-f', file, '-o', 'json']);
    expect(JSON.parse(data.stdout)).toMatchObject({
      operator: { namespace: system, leader: null, checks: [{ id: 'operator', verdict: 'wrong' }] },
    });
    const doctor = await lab().mooring(['doctor', '--dry-run', '-f', file]);
    expect(doctor.code, doctor.stderr).toBe(1);
    expect(doctor.stdout).toContain(`No operator is installed in namespace ${system}.`);
    expect(doctor.stdout).toContain('To do: mooring operator install');
  });
});
