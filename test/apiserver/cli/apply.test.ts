import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { chatStack } from '../../../contract/chat-stack.ts';
import { readChatStack } from '../../../contract/read-chat-stack.ts';
import { renderStack } from '../../../charts-ts/render.ts';
import { fakeSecrets } from '../../charts-ts/rendered.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { applied, startLab } from './mooring.ts';

const lab = forSuite(() => startLab());

/** Everything of a namespace with its version, which every write that changes anything changes. */
const versions = (namespace: string): Promise<string> =>
  lab().kubectl([
    ...['-n', namespace, 'get', 'all,networkpolicies,serviceaccounts,secrets,configmaps', '-o'],
    'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}',
  ]);
const withoutHistory = (text: string): string[] =>
  text.split('\n').filter((line) => !line.includes('-history '));

/** Applies the rendered manifests by kubectl, as a user of `cdk8s synth` does. */
async function byKubectl(name: string, spec: object = {}): Promise<void> {
  const stack = chatStack(readChatStack({ metadata: { name, namespace: name }, spec }, 'a test'));
  const items = renderStack(stack, { secretValues: fakeSecrets(stack) });
  await lab().kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

describe('a stack that is applied', () => {
  test('is all there, shows no line of difference, and is not written again by a second apply', async () => {
    const file = await lab().document('whole');
    const before = await lab().mooring(['diff', '-f', file]);
    expect(before).toMatchObject({ code: 1 });
    expect(before.stdout).toContain('+ StatefulSet whole-redis\n');
    const first = await lab().mooring(applied(file));
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(first.stderr).toMatch(/^Context mooring-test \(https:\S+\), namespace whole\n/);
    expect(await lab().mooring(['diff', '-f', file])).toEqual({ code: 0, stdout: '', stderr: '' });
    const seen = withoutHistory(await versions('whole'));
    const second = await lab().mooring(applied(file));
    expect(second.stdout).toMatch(/revision 1: \d+ unchanged\./);
    expect(withoutHistory(await versions('whole'))).toEqual(seen);
  });

  test('comes into a namespace that is there already, with labels and an account of others, which stay', async () => {
    await lab().kubectl(['create', 'namespace', 'shared']);
    await lab().kubectl(['label', 'namespace', 'shared', 'team=blue']);
    await lab().kubectl(['-n', 'shared', 'create', 'serviceaccount', 'shared-redis']);
    const pull = JSON.stringify({ imagePullSecrets: [{ name: 'registry' }] });
    await lab().kubectl(['-n', 'shared', 'patch', 'serviceaccount', 'shared-redis', '-p', pull]);
    const file = await lab().document('shared');
    const first = await lab().mooring(applied(file));
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(await lab().mooring(['diff', '-f', file])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await lab().field('shared', 'namespace/shared', '{.metadata.labels.team}')).toBe('blue');
    const secret = '{.imagePullSecrets[0].name}';
    expect(await lab().field('shared', 'serviceaccount/shared-redis', secret)).toBe('registry');
  });

  test('is not applied over an object that another controller owns, also by force', async () => {
    await lab().kubectl(['create', 'namespace', 'bossed']);
    const controller = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      name: 'boss',
      uid: 'u',
      controller: true,
    };
    const metadata = { name: 'bossed-redis', namespace: 'bossed', ownerReferences: [controller] };
    await lab().kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }),
    );
    const before = await versions('bossed');
    const { code, stderr } = await lab().mooring(
      applied(await lab().document('bossed'), '--force-conflicts'),
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('ServiceAccount bossed-redis belongs to Widget boss, which controls it.');
    expect(await versions('bossed')).toBe(before);
  });

  test('shows a changed value field by field, on both sides, before it is applied and never after', async () => {
    const file = await lab().document('changed');
    await lab().mooring(applied(file));
    const next = await lab().document('changed', { backend: { image: 'example.test/backend:2' } });
    const diff = await lab().mooring(['diff', '-f', next]);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toBe(
      [
        '~ Deployment changed-backend',
        '    ~ spec.template.spec.containers[backend].image: "mooring/backend:0.1.0" → "example.test/backend:2"',
        '',
      ].join('\n'),
    );
    const dry = await lab().mooring(applied(next, '--dry-run', '-o', 'json'));
    expect(JSON.parse(dry.stdout)).toMatchObject({
      dryRun: true,
      diff: [{ object: 'Deployment changed-backend' }],
    });
    expect((await lab().mooring(['diff', '-f', next])).code).toBe(1);
    expect((await lab().mooring(applied(next))).code).toBe(0);
    expect(await lab().mooring(['diff', '-f', next])).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('the Secret', () => {
  test('is made once; a later apply, also of a stack with one store more, keeps every value', async () => {
    const external = { external: { host: 'redis.example.test' } };
    const first = await lab().document('secretive', { redis: external });
    await lab().mooring(applied(first));
    const data = async () =>
      JSON.parse(await lab().field('secretive', 'secret/secretive-secrets', '{.data}')) as Record<
        string,
        string
      >;
    const before = await data();
    expect(Object.keys(before).sort()).toEqual(['neo4j-password', 'qdrant-password']);
    const second = await lab().document('secretive');
    const diff = await lab().mooring(['diff', '-f', second]);
    expect(diff.stdout).toContain('~ Secret secretive-secrets\n    + data.redis-password: "(secret)"\n');
    const grown = await lab().mooring(applied(second));
    expect(grown, grown.stderr).toMatchObject({ code: 0 });
    expect(await data()).toEqual({
      ...before,
      'redis-password': expect.stringMatching(/^\S{40,}$/) as string,
    });
    expect(await lab().kubectl(['-n', 'secretive', 'get', 'secrets', '-o', 'name'])).toBe(
      'secret/secretive-secrets',
    );
  });

  test('is nowhere in what is printed, nor in the history', async () => {
    const file = await lab().document('quiet');
    const outputs = [
      await lab().mooring(applied(file, '-o', 'yaml')),
      await lab().mooring(['diff', '-f', file, '-o', 'json']),
      await lab().mooring(['history', '-f', file, '-o', 'json']),
    ].map(({ stdout, stderr }) => stdout + stderr);
    const data = JSON.parse(await lab().field('quiet', 'secret/quiet-secrets', '{.data}')) as Record<
      string,
      string
    >;
    const values = Object.values(data).flatMap((value) => [value, Buffer.from(value, 'base64').toString()]);
    expect(values).toHaveLength(6);
    const history = await lab().field('quiet', 'configmap/quiet-history', '{.data}');
    for (const value of values) expect(outputs.join('') + history).not.toContain(value);
  });

  test('that was lost between its end and its return comes back with the values that were written down', async () => {
    const file = await lab().document('cut');
    await lab().mooring(applied(file));
    const secret = await lab().kubectl(['-n', 'cut', 'get', 'secret', 'cut-secrets', '-o', 'json']);
    const { metadata, ...rest } = JSON.parse(secret) as { metadata: { labels: object }; data: object };
    const next = {
      ...rest,
      metadata: { name: 'cut-secrets-next', namespace: 'cut', labels: metadata.labels },
    };
    await lab().kubectl(['create', '-f', '-'], JSON.stringify(next));
    await lab().kubectl(['-n', 'cut', 'delete', 'secret', 'cut-secrets']);
    const again = await lab().mooring(applied(file));
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(await lab().field('cut', 'secret/cut-secrets', '{.data}'))).toEqual(rest.data);
    expect(await lab().kubectl(['-n', 'cut', 'get', 'secrets', '-o', 'name'])).toBe('secret/cut-secrets');
  });
});

describe('a Secret that was deleted', () => {
  test('is not made anew while workloads or volumes have its passwords: apply names them, and the command', async () => {
    const file = await lab().document('lost');
    await lab().mooring(applied(file));
    const before = await lab().field('lost', 'secret/lost-secrets', '{.data}');
    await lab().kubectl(['-n', 'lost', 'delete', 'secret', 'lost-secrets']);
    const revisions = await lab().field('lost', 'configmap/lost-history', '{.data}');
    const refused = await lab().mooring(applied(file));
    expect(refused).toMatchObject({ code: 69, stdout: '' });
    expect(refused.stderr).toContain(
      'Secret lost-secrets was deleted. No new value is made: the stores keep the passwords in their volumes',
    );
    expect(refused.stderr).toContain('kubectl -n lost create secret generic lost-secrets');
    expect(await lab().field('lost', 'configmap/lost-history', '{.data}')).toBe(revisions);
    expect(await lab().kubectl(['-n', 'lost', 'get', 'secrets', '-o', 'name'])).toBe('');
    await lab().kubectl(['-n', 'lost', 'delete', 'deployments,statefulsets', '--all']);
    const claim = { metadata: { name: 'data-lost-neo4j-0', namespace: 'lost' } };
    await lab().kubectl(
      ['create', '-f', '-'],
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
        ...claim,
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
      }),
    );
    expect((await lab().mooring(applied(file))).stderr).toContain(
      'kubectl -n lost delete pvc data-lost-neo4j-0',
    );
    await lab().kubectl(['-n', 'lost', 'delete', 'pvc', '--all', '--wait=false']);
    const anew = await lab().mooring(applied(file));
    expect(anew, anew.stderr).toMatchObject({ code: 0 });
    expect(await lab().field('lost', 'secret/lost-secrets', '{.data}')).not.toBe(before);
  });
});

describe('what another manager changed', () => {
  test('is named with its manager and field, and nothing is changed; --force-conflicts takes it back', async () => {
    const file = await lab().document('contested');
    await lab().mooring(applied(file));
    await lab().kubectl([
      '-n',
      'contested',
      'set',
      'image',
      'deployment/contested-backend',
      'backend=example.test/other:1',
    ]);
    const next = await lab().document('contested', { redis: { image: 'example.test/redis:9' } });
    const refused = await lab().mooring(applied(next));
    expect(refused.code).toBe(73);
    expect(refused.stderr).toContain(
      'Deployment contested-backend: .spec.template.spec.containers[name="backend"].image was set by "kubectl-set"',
    );
    expect(
      await lab().field('contested', 'statefulset/contested-redis', '{..containers[0].image}'),
    ).not.toContain('example.test');
    const forced = await lab().mooring(applied(next, '--force-conflicts'));
    expect(forced, forced.stderr).toMatchObject({ code: 0 });
    expect(await lab().field('contested', 'deployment/contested-backend', '{..containers[0].image}')).toBe(
      'mooring/backend:0.1.0',
    );
    expect(await lab().mooring(['diff', '-f', next])).toMatchObject({ code: 0, stdout: '' });
  });

  test('the incident, `kubectl set env REDIS_PORT=6380`, is seen although server-side apply does not see it', async () => {
    const file = await lab().document('incident');
    await lab().mooring(applied(file));
    await lab().kubectl(['-n', 'incident', 'set', 'env', 'deployment/incident-backend', 'REDIS_PORT=6380']);
    const diff = await lab().mooring(['diff', '-f', file]);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toContain('- spec.template.spec.containers[backend].env[REDIS_PORT]: "6380"');
    expect(diff.stdout).toContain('was added by "kubectl-set"');
    expect(await lab().mooring(applied(file))).toMatchObject({ code: 73 });
    expect(await lab().mooring(applied(file, '--force-conflicts'))).toMatchObject({ code: 0 });
    expect(
      await lab().field('incident', 'deployment/incident-backend', '{..containers[0].env[*].name}'),
    ).not.toContain('REDIS_PORT');
    expect(await lab().mooring(['diff', '-f', file])).toMatchObject({ code: 0, stdout: '' });
  });

  test('a key in a ConfigMap that becomes environment is seen as well', async () => {
    const file = await lab().document('keyed');
    await lab().mooring(applied(file));
    const patch = JSON.stringify({ data: { LOG_LEVELS: 'debug' } });
    await lab().kubectl([
      '-n',
      'keyed',
      'patch',
      'configmap',
      'keyed-backend-config',
      '--type=merge',
      '-p',
      patch,
    ]);
    const refused = await lab().mooring(applied(file));
    expect(refused).toMatchObject({ code: 73 });
    expect(refused.stderr).toContain(
      'ConfigMap keyed-backend-config: data.LOG_LEVELS was added by "kubectl-patch"',
    );
    expect(await lab().mooring(applied(file, '--force-conflicts'))).toMatchObject({ code: 0 });
    expect(await lab().field('keyed', 'configmap/keyed-backend-config', '{.data.LOG_LEVELS}')).toBe('');
  });
});

describe('a stack first applied by kubectl apply', () => {
  test('is taken over: no conflict, no forcing, and what the document no longer says goes', async () => {
    const llm = { llm: { baseUrl: 'https://llm.example.test/v1', model: 'one' } };
    await byKubectl('taken', llm);
    const secret = await lab().field('taken', 'secret/taken-secrets', '{.data}');
    const file = await lab().document('taken');
    const diff = await lab().mooring(['diff', '-f', file]);
    expect(diff.stdout).toContain('- data.LLM_BASE_URL: "https://llm.example.test/v1"');
    const taken = await lab().mooring(applied(file, '--prune'));
    expect(taken, taken.stderr).toMatchObject({ code: 0 });
    expect(await lab().field('taken', 'configmap/taken-backend-config', '{.data.LLM_BASE_URL}')).toBe('');
    expect(await lab().field('taken', 'secret/taken-secrets', '{.data}')).toBe(secret);
    expect(await lab().mooring(['diff', '-f', file])).toEqual({ code: 0, stdout: '', stderr: '' });
    const managers = await lab().kubectl([
      ...[
        '-n',
        'taken',
        'get',
        'deployments,statefulsets,configmaps,services',
        '--show-managed-fields',
        '-o',
      ],
      'jsonpath={.items[*].metadata.managedFields[*].manager}',
    ]);
    expect(new Set(managers.split(' '))).toEqual(new Set(['mooring']));
  });

  test('shows no line of difference where only the owner would change', async () => {
    await byKubectl('owned');
    const file = await lab().document('owned');
    expect(await lab().mooring(['diff', '-f', file])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('two applies at once', () => {
  test('of different documents end in one of them, never in a mixture', async () => {
    const first = await lab().document('raced');
    await lab().mooring(applied(first));
    const documents = await Promise.all(
      ['one', 'two'].map((tag) =>
        lab().document('raced', {
          backend: { image: `example.test/backend:${tag}` },
          redis: { image: `example.test/redis:${tag}` },
        }),
      ),
    );
    const ends = await Promise.all(documents.map((file) => lab().mooring(applied(file))));
    const codes = ends.map(({ code }) => code);
    expect([...new Set([0, ...codes])].filter((code) => code !== 0 && code !== 73)).toEqual([]);
    expect(codes).toContain(0);
    for (const { stderr } of ends.filter(({ code }) => code === 73))
      expect(stderr).toMatch(
        /Lease raced-history in namespace raced is held by process \d+ on .*Another command is changing this stack/,
      );
    const images = await lab().kubectl([
      ...['-n', 'raced', 'get', 'deployment/raced-backend', 'statefulset/raced-redis', '-o'],
      'jsonpath={.items[*].spec.template.spec.containers[0].image}',
    ]);
    expect(images).toMatch(/^example\.test\/backend:(one|two) example\.test\/redis:\1$/);
  });

  test('a holder that died does not keep the next one waiting', async () => {
    const file = await lab().document('orphaned');
    await lab().mooring(applied(file));
    const lease = (holderIdentity: string) =>
      JSON.stringify({
        spec: {
          holderIdentity,
          renewTime: `${new Date().toISOString().slice(0, -1)}000Z`,
          leaseDurationSeconds: 15,
        },
      });
    const hold = (who: string) =>
      lab().kubectl([
        '-n',
        'orphaned',
        'patch',
        'lease',
        'orphaned-history',
        '--type=merge',
        '-p',
        lease(who),
      ]);
    await hold(`elsewhere/1/x`);
    expect(await lab().mooring(applied(file))).toMatchObject({ code: 73 });
    // No process has this id: it is beyond what Linux gives out.
    await hold(`${hostname()}/4194999/x`);
    expect(await lab().mooring(applied(file))).toMatchObject({ code: 0 });
  });
});
