import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { operatorManifests } from '../../../operator/manifests/operator-manifests.ts';
import { capture } from '../../servers/command.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { until } from '../operator/lab.ts';
import { startLab, type Ended } from './mooring.ts';

const lab = forSuite(startLab);
const kinds = [chatKind] as unknown as readonly StackKind[];
const install = resolve('operator/manifests/install.yaml');
const all = operatorManifests(kinds).length;

describe('mooring operator install', () => {
  test('for one namespace names what only an administrator may make', async () => {
    const { code, stderr } = await lab().mooring(['operator', 'install', '--yes', '--namespace', 'nowhere']);
    expect(code).toBe(69);
    expect(stderr).toContain('namespace "nowhere"');
    expect(stderr).toContain('CustomResourceDefinition chatstacks.mooring.dev');
  });

  test('in a dry run says what it would make, and makes nothing', async () => {
    const { code, stdout } = await lab().mooring(['operator', 'install', '--dry-run', '-o', 'json']);
    const { diff } = JSON.parse(stdout) as { diff: { action: string }[] };
    expect(code).toBe(0);
    expect(diff.map(({ action }) => action)).toEqual(Array(all).fill('create'));
    const definitions = await lab().kubectl(['get', 'customresourcedefinitions', '-o', 'name']);
    expect(definitions).toBe('');
    for (const [words, image] of [
      [[], 'mooring/operator:'],
      [['--image', 'registry.example.com/own:2'], 'registry.example.com/own:2.'],
    ] as const) {
      const said = await lab().mooring(['operator', 'install', '--dry-run', ...words]);
      expect(said.stdout).toContain(`\nThe operator runs the image ${image}`);
    }
  });

  test('asks first outside kind', async () => {
    const { code, stderr } = await lab().mooring(['operator', 'install']);
    expect(code).toBe(64);
    expect(stderr).toContain('--yes');
  });

  test('applies every object, and ends when resources of the kind are taken', async () => {
    const { code, stdout, stderr } = await lab().mooring(['operator', 'install', '--yes']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${all} created`);
    const stack = { apiVersion: chatKind.apiVersion, kind: chatKind.kind, metadata: { name: 'talk' } };
    await lab().kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(stack));
  });

  test('a second time changes nothing, and then only what is chosen otherwise', async () => {
    const again = await lab().mooring(['operator', 'install']);
    expect({ code: again.code, stdout: again.stdout }).toMatchObject({ code: 0 });
    expect(again.stdout).toContain(`${all} unchanged`);
    const more = await lab().mooring(['operator', 'install', '--yes', '--replicas', '3']);
    expect(more.stdout).toContain(`${all - 1} unchanged`);
    expect(await lab().field('mooring-system', 'deployment/mooring-operator', '{.spec.replicas}')).toBe('3');
  });

  test('of one namespace gives no right outside it', async () => {
    await lab().server.createNamespace('alone');
    await lab().kubectl(['-n', 'mooring-system', 'delete', 'deployment', 'mooring-operator']);
    const { code } = await lab().mooring(['operator', 'install', '--yes', '-n', 'alone']);
    expect(code).toBe(0);
    const may = async (...words: string[]): Promise<string> => {
      const as = '--as=system:serviceaccount:alone:mooring-operator';
      return (await lab().server.kubectl(['auth', 'can-i', ...words, as])).stdout.trim();
    };
    expect(await may('create', 'deployments.apps', '-n', 'alone')).toBe('yes');
    expect(await may('create', 'deployments.apps', '-n', 'default')).toBe('no');
    expect(await may('list', 'secrets', '-n', 'alone')).toBe('no');
    expect(await may('get', 'storageclasses.storage.k8s.io')).toBe('no');
  });
});

describe('where another operator works on the same stacks', () => {
  const installed = async (namespace: string): Promise<string> =>
    lab().kubectl(['-n', namespace, 'get', 'roles,deployments', '-o', 'name']);

  test('an operator of every namespace is refused beside one of a namespace, also in a dry run', async () => {
    for (const how of ['--yes', '--dry-run']) {
      const { code, stderr } = await lab().mooring(['operator', 'install', how]);
      expect(code).toBe(69);
      expect(stderr).toContain('the operator in namespace alone, which looks at namespace alone');
      expect(stderr).toContain('mooring operator uninstall --namespace alone');
    }
    expect(await installed('mooring-system')).not.toContain('deployment');
  });

  test('one of another namespace is not', async () => {
    await lab().server.createNamespace('apart');
    const apart = (word: string): Promise<Ended> =>
      lab().mooring(['operator', word, '--yes', '--namespace', 'apart']);
    expect(await apart('install')).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('Unknown') as string,
    });
    expect(await apart('uninstall')).toMatchObject({ code: 0 });
  });

  test('one of a namespace is refused beside one of every namespace, which is named with its removal', async () => {
    await lab().kubectl(['apply', '--server-side', '--force-conflicts', '-f', install]);
    const { code, stderr } = await lab().mooring(['operator', 'install', '--yes', '--namespace', 'apart']);
    expect(code).toBe(69);
    expect(stderr).toContain('the operator in namespace mooring-system, which looks at every namespace');
    expect(stderr).toMatch(/^ +mooring operator uninstall$/m);
    expect(await installed('apart')).toBe('');
  });

  test('status names the other, of either, and ends with 1', async () => {
    for (const [words, other] of [
      [[], 'alone'],
      [['--namespace', 'alone'], 'mooring-system'],
    ] as const) {
      const { code, stdout } = await lab().mooring(['operator', 'status', ...words, '-o', 'json']);
      expect(code).toBe(1);
      expect((JSON.parse(stdout) as { checks: object[] }).checks).toContainEqual({
        id: `operator/other/${other}`,
        verdict: 'wrong',
        says: expect.stringContaining(`the operator in namespace ${other}`) as string,
        fix: expect.stringContaining('mooring operator uninstall') as string,
      });
    }
  });

  test('who may not look is told that it is not known', async () => {
    await lab().kubectl(['-n', 'apart', 'create', 'serviceaccount', 'local']);
    const bind = [
      'create',
      'rolebinding',
      'local',
      '--clusterrole=cluster-admin',
      '--serviceaccount=apart:local',
    ];
    await lab().kubectl(['-n', 'apart', ...bind]);
    const kubeconfig = await lab().kubeconfigOf(
      await lab().kubectl(['-n', 'apart', 'create', 'token', 'local']),
    );
    const words = ['operator', 'install', '--dry-run', '--namespace', 'apart'];
    const { code, stderr } = await lab().mooring(words, { kubeconfig });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Unknown: whether another operator works on the same stacks.');
  });
});

describe('mooring operator uninstall', () => {
  test('refuses while there are stacks, and names the command that releases each', async () => {
    const stack = { apiVersion: chatKind.apiVersion, kind: chatKind.kind, metadata: { name: 'talk' } };
    await lab().kubectl(['create', '-f', '-'], JSON.stringify(stack));
    const { code, stderr } = await lab().mooring(['operator', 'uninstall', '--yes']);
    expect(code).toBe(69);
    expect(stderr).toContain('kubectl --namespace default delete chatstacks talk --cascade=orphan');
    expect(await lab().kubectl(['-n', 'mooring-system', 'get', 'deployments', '-o', 'name'])).not.toBe('');
    const all = await lab().mooring(['operator', 'uninstall', '--yes', '-n', 'alone', '--delete-crds']);
    expect(all.code).toBe(69);
    expect(all.stderr).toContain('--namespace default delete chatstacks talk --cascade=orphan');
    // The other way out.
    const deletion = 'kubectl --namespace default delete chatstacks talk';
    expect(stderr).toMatch(new RegExp(`^ +${deletion}$`, 'm'));
    await lab().kubectl(deletion.split(' ').slice(1));
  });

  test('with --delete-crds refuses while another operator uses the definitions', async () => {
    const { code, stderr } = await lab().mooring(['operator', 'uninstall', '--yes', '--delete-crds']);
    expect(code).toBe(69);
    expect(stderr).toContain('mooring operator uninstall --namespace alone');
    expect(await lab().kubectl(['get', 'customresourcedefinitions', '-o', 'name'])).not.toBe('');
  });

  test('in a dry run says what it would remove, and removes nothing', async () => {
    const { stdout } = await lab().mooring(['operator', 'uninstall', '--dry-run', '-o', 'json']);
    const { removed } = JSON.parse(stdout) as { removed: string[] };
    expect(removed).toHaveLength(all - 2);
    expect(await lab().kubectl(['-n', 'mooring-system', 'get', 'deployments', '-o', 'name'])).not.toBe('');
  });

  test('removes all but the definitions and the namespace, and of one namespace nothing elsewhere', async () => {
    const one = await lab().mooring(['operator', 'uninstall', '--yes', '-n', 'alone']);
    expect(one.code).toBe(0);
    expect(await lab().kubectl(['-n', 'alone', 'get', 'roles,deployments', '-o', 'name'])).toBe('');
    expect(await lab().kubectl(['get', 'clusterrole', 'mooring-operator', '-o', 'name'])).not.toBe('');
    expect((await lab().mooring(['operator', 'uninstall', '--yes'])).code).toBe(0);
    const rest = ['deployments', 'roles', 'rolebindings', 'networkpolicies', 'poddisruptionbudgets'].join();
    expect(await lab().kubectl(['-n', 'mooring-system', 'get', rest, '-o', 'name'])).toBe('');
    const kept = ['namespace/mooring-system', 'customresourcedefinition/chatstacks.mooring.dev'];
    expect(await lab().kubectl(['get', ...kept, '-o', 'name'])).not.toBe('');
    const again = await lab().mooring(['operator', 'uninstall']);
    expect(again.stdout).toContain('No operator is installed there.');
  });

  test('with --delete-crds removes the definitions as well, and says so before', async () => {
    const words = ['operator', 'uninstall', '--delete-crds', '-o', 'json'];
    const definition = 'CustomResourceDefinition chatstacks.mooring.dev';
    const before = await lab().mooring([...words, '--dry-run']);
    expect(JSON.parse(before.stdout)).toMatchObject({ dryRun: true, removed: [definition] });
    const { code, stdout } = await lab().mooring([...words, '--yes']);
    expect({ code, removed: (JSON.parse(stdout) as { removed: string[] }).removed }).toEqual({
      ...{ code: 0, removed: [definition] },
    });
    expect(await lab().kubectl(['get', 'customresourcedefinitions', '-o', 'name'])).toBe('');
  });
});

describe('where the operator serves a kind that this command line does not know', () => {
  const own = (...words: string[]): Promise<Ended> =>
    capture(process.execPath, [resolve('test/kinds/cli.ts'), 'operator', ...words, '--yes'], {
      env: { KUBECONFIG: lab().server.kubeconfigPath, MOORING_STACK: '', NO_COLOR: '1' },
    });
  const all = 'deployments,roles,rolebindings,clusterroles,clusterrolebindings';
  const versions = (): Promise<string> =>
    lab().kubectl([
      ...['get', all, '-A', '-l', 'app.kubernetes.io/name=mooring-operator'],
      ...['-o', 'jsonpath={.items[*].metadata.resourceVersion}'],
    ]);

  test.each([[[]], [['--namespace', 'alone']]])(
    'install and uninstall are refused with the name of that kind, %j',
    async (where) => {
      if (where.length > 0) await lab().kubectl(['-n', 'mooring-system', 'delete', 'deployment', '--all']);
      const made = await own('install', ...where);
      expect(made.code, made.stderr).toBe(0);
      const before = await versions();
      for (const word of ['install', 'uninstall']) {
        const { code, stderr } = await lab().mooring(['operator', word, '--yes', ...where]);
        expect(code).toBe(69);
        expect(stderr).toContain('  - shopstacks.example.com\n');
        expect(stderr).not.toContain('chatstacks');
        expect(stderr).toContain('Use the command line of these kinds');
      }
      expect(await versions()).toBe(before);
    },
  );

  test('uninstall of the namespace it runs in is refused, though it works in every one', async () => {
    // A definition that was made anew is not served for a moment.
    await until(
      'stacks to be listed',
      async () => (await lab().server.kubectl(['get', 'chatstacks,shopstacks'])).code === 0,
    );
    expect(await own('uninstall', '--namespace', 'alone')).toMatchObject({ code: 0 });
    expect(await own('install')).toMatchObject({ code: 0 });
    const words = ['operator', 'uninstall', '--yes', '--namespace', 'mooring-system'];
    const { code, stderr } = await lab().mooring(words);
    expect(code).toBe(69);
    expect(stderr).toContain('shopstacks.example.com');
  });

  test('the command line of that kind removes it', async () => {
    expect(await own('uninstall')).toMatchObject({ code: 0 });
    expect(await versions()).toBe('');
  });
});

test('uninstall leaves the rights until the pods have ended, and then removes the Lease', async () => {
  expect((await lab().mooring(['operator', 'install', '--yes'])).code).toBe(0);
  await until(
    'stacks to be listed',
    async () => (await lab().server.kubectl(['get', 'chatstacks'])).code === 0,
  );
  const namespace = 'mooring-system';
  const metadata = { name: 'mooring-operator', namespace };
  const template = await lab().kubectl([
    ...['-n', namespace, 'get', 'deployment', 'mooring-operator', '-o', 'jsonpath={.spec.template}'],
  ]);
  const pod = JSON.parse(template) as { metadata: object };
  const made = [
    { ...pod, apiVersion: 'v1', kind: 'Pod', metadata: { ...pod.metadata, ...metadata } },
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { holderIdentity: 'one' } },
  ];
  for (const one of made) await lab().kubectl(['create', '-f', '-'], JSON.stringify(one));

  const ending = lab().mooring(['operator', 'uninstall', '--yes', '-o', 'json']);
  const left = (kinds: string): Promise<string> =>
    lab().kubectl([
      '-n',
      namespace,
      'get',
      kinds,
      '-l',
      'app.kubernetes.io/name=mooring-operator',
      '-o',
      'name',
    ]);
  await until('the Deployment to be gone', async () => (await left('deployments')) === '');
  for (const kind of ['clusterrolebindings', 'rolebindings', 'roles', 'serviceaccounts'])
    expect(await left(kind), kind).not.toBe('');
  await lab().kubectl(['-n', namespace, 'delete', 'pod', 'mooring-operator']);

  const { code, stdout, stderr } = await ending;
  expect(code, stderr).toBe(0);
  expect((JSON.parse(stdout) as { removed: string[] }).removed).toContain('Lease mooring-operator');
  expect(await left('clusterrolebindings,roles')).toBe('');
  expect(await lab().kubectl(['-n', namespace, 'get', 'leases', '-o', 'name'])).toBe('');
});
