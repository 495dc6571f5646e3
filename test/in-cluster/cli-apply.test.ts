import { describe, expect, test } from 'vitest';
import { neo4jName, neo4jPorts } from '../../contract/services/neo4j.ts';
import { stackLabels } from '../../model/labels.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startCliLab } from './cli-run.ts';
import { ask } from './stack/ask.ts';

/** One stack in one cluster; each test finds it as the one before left it, and leaves it well. */
const lab = forSuite(startCliLab);
const stack = { name: 'demo', namespace: 'chat' };
const spec = { backend: { nodePort: { enabled: true, port: 30_080 } } };

const apply = (file: string, ...more: string[]): string[] => ['apply', '-f', file, '--yes', ...more];
const answered = expect.stringContaining('The chat answers in the cluster') as string;
const say = (text: string, session: string) =>
  ask(`ws://${lab().cluster.nodeAddress}:30080`, { patient: 'patient:demo', session, text });
const secrets = () => lab().kubectl('-n', 'chat', 'get', 'secret', 'demo-secrets', '-o', 'jsonpath={.data}');
/** What a running Redis was really started with, whatever the Secret says. */
const passwordInPod = () =>
  lab().kubectl('-n', 'chat', 'exec', 'demo-redis-0', '--', 'sh', '-c', 'echo "$REDISCLI_AUTH"');
const uidOf = (pod: string) =>
  lab().kubectl('-n', 'chat', 'get', 'pod', pod, '-o', 'jsonpath={.metadata.uid}');
const revisions = async (file: string) => {
  const { stdout } = await lab().mooring(['history', '-f', file, '-o', 'json']);
  return (JSON.parse(stdout) as { revisions: { revision: number; outcome: string }[] }).revisions;
};
/** Applies what works, whatever was there before. */
const restored = async (): Promise<string> => {
  const file = await lab().document(stack, spec);
  const ended = await lab().mooring(apply(file, '--prune'));
  expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: answered });
  return file;
};

describe('a first apply', () => {
  test('killed twice and interrupted once on its way, then run again, ends with an answered chat', async () => {
    const file = await lab().document(stack, spec);
    const killed = await lab().mooring(apply(file), {
      when: /Secret demo-secrets created/,
      signal: 'SIGKILL',
    });
    expect(killed.code).toBeNull();
    const kept = await secrets();
    const again = await lab().mooring(apply(file), {
      when: /StatefulSet demo-neo4j created/,
      signal: 'SIGKILL',
    });
    expect(again.code).toBeNull();
    const interrupted = await lab().mooring(apply(file), { when: /^backend /m, signal: 'SIGINT' });
    expect(interrupted).toMatchObject({ code: 130 });
    expect(interrupted.stderr).toContain('What was done stays done; run the same command again to go on.');
    const ended = await lab().mooring(apply(file));
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: answered });
    expect(await secrets()).toBe(kept);
    expect(await revisions(file)).toMatchObject([{ revision: 1, outcome: 'deployed' }]);
  });

  test('shows no line of difference, with all that controllers and kubelet have written since', async () => {
    const file = await lab().document(stack, spec);
    expect(await lab().mooring(['diff', '-f', file])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('an apply that cannot come up ends with the cause, long before its time is up:', () => {
  test('an image that cannot be pulled', async () => {
    const file = await lab().document(stack, {
      ...spec,
      redis: { image: 'localhost/mooring-test/redis:none' },
    });
    const { code, stderr } = await lab().mooring(apply(file));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Pod demo-redis-0: (ImagePullBackOff|ErrImagePull): container "redis": the image "localhost\/mooring-test\/redis:none" cannot be pulled: /,
    );
    expect((await revisions(file)).at(-1)).toMatchObject({ outcome: 'failed' });
  });

  test('a container that crashes, with its last line', async () => {
    const file = await lab().document(stack, { ...spec, redis: { image: lab().images.app } });
    const { code, stderr } = await lab().mooring(apply(file));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Pod demo-redis-0: CrashLoopBackOff: container "redis" exited with 127, \d+ times by now\nIts last line: .*redis-server: not found/,
    );
  });

  test('a pod no node has room for, with the scheduler’s words', async () => {
    const resources = { requests: { memory: '900Gi' }, limits: { memory: '900Gi' } };
    const file = await lab().document(stack, { ...spec, qdrant: { resources } });
    const { code, stderr } = await lab().mooring(apply(file));
    expect(code).toBe(1);
    expect(stderr).toContain(
      'Pod demo-qdrant-0: Unschedulable: it is Pending, and the scheduler says: 0/1 nodes are available: 1 Insufficient memory',
    );
  });

  test('a gate behind which something else answers: the incident, told with the backend’s own reason', async () => {
    const external = { host: `demo-${neo4jName}`, port: neo4jPorts.http.containerPort };
    const file = await lab().document(stack, { ...spec, redis: { external } });
    const { code, stderr } = await lab().mooring(apply(file));
    expect(code).toBe(1);
    expect(stderr).toMatch(/Pod demo-backend-\S+: Gate: it waits for redis, which is up, and says: .*7474/);
  });

  test('and the next apply of what works does not believe the old verdicts', async () => {
    await restored();
  });
});

describe('storage growth', () => {
  test('patches the claim and leaves the running pod alone', async () => {
    await lab().kubectl(
      'patch',
      'storageclass',
      'standard',
      '--type=merge',
      '-p',
      '{"allowVolumeExpansion":true}',
    );
    const before = await uidOf('demo-redis-0');
    const file = await lab().document(stack, { ...spec, redis: { storage: { size: '3Gi' } } });
    const ended = await lab().mooring(apply(file));
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: answered });
    expect(ended.stderr).toContain('StatefulSet demo-redis grown');
    const size = 'jsonpath={.spec.resources.requests.storage}';
    expect(await lab().kubectl('-n', 'chat', 'get', 'pvc', 'data-demo-redis-0', '-o', size)).toBe('3Gi');
    expect(await uidOf('demo-redis-0')).toBe(before);
    expect(await lab().mooring(['diff', '-f', file])).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('secrets rotate', () => {
  test('gives every store a new value and loses no memory', async () => {
    await say("My sister's name is Anna.", 'session:before');
    const before = JSON.parse(await secrets()) as Record<string, string>;
    const file = await lab().document(stack, { ...spec, redis: { storage: { size: '3Gi' } } });
    const ended = await lab().mooring(['secrets', 'rotate', '-f', file, '--yes']);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('The chat answers in the cluster');
    const after = JSON.parse(await secrets()) as Record<string, string>;
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [key, value] of Object.entries(before)) expect(after[key]).not.toBe(value);
    expect(await passwordInPod()).toBe(Buffer.from(after['redis-password'] ?? '', 'base64').toString());
    expect((await say("What is my sister's name?", 'session:after')).text).toContain('Anna');
    expect(await lab().mooring(['diff', '-f', file])).toMatchObject({ code: 0, stdout: '' });
  });

  test('reaches the pods although the Secret was immutable, as synth makes it, and kubelet never looks at one again', async () => {
    const file = await lab().document(stack, { ...spec, redis: { storage: { size: '3Gi' } } });
    await lab().kubectl(
      '-n',
      'chat',
      'patch',
      'secret',
      'demo-secrets',
      '--type=merge',
      '-p',
      '{"immutable":true}',
    );
    // A pod that starts now makes kubelet notice.
    await lab().kubectl('-n', 'chat', 'delete', 'pod', 'demo-redis-0');
    await lab().kubectl('-n', 'chat', 'rollout', 'status', 'statefulset/demo-redis', '--timeout=110s');
    const ended = await lab().mooring(['secrets', 'rotate', '-f', file, '--yes']);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const after = JSON.parse(await secrets()) as Record<string, string>;
    expect(await passwordInPod()).toBe(Buffer.from(after['redis-password'] ?? '', 'base64').toString());
    expect((await say("What is my sister's name?", 'session:immutable')).text).toContain('Anna');
  });

  test('cut off while its pods restart, keeps apply from guessing, and is finished by a second run', async () => {
    const file = await lab().document(stack, { ...spec, redis: { storage: { size: '3Gi' } } });
    // As a machine that is lost after Neo4j was told: the values are written down, and not yet in force.
    const values = JSON.parse(await secrets()) as Record<string, string>;
    const next = Object.keys(values).map((key) => [
      key,
      Buffer.from(`rotated-${key}-rotated-rotated`).toString('base64'),
    ]);
    await lab().cluster.kubectl(['-n', 'chat', 'create', '-f', '-'], {
      input: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: 'demo-secrets-next',
          labels: stackLabels({ name: 'demo' }),
          annotations: { 'mooring.dev/rotation': 'begun' },
        },
        data: Object.fromEntries(next) as object,
      }),
    });
    const refused = await lab().mooring(apply(file));
    expect(refused).toMatchObject({ code: 69 });
    expect(refused.stderr).toContain('Finish it first: mooring secrets rotate');
    const killed = await lab().mooring(['secrets', 'rotate', '-f', file, '--yes'], {
      when: /^backend /m,
      signal: 'SIGKILL',
    });
    expect(killed.code).toBeNull();
    const ended = await lab().mooring(['secrets', 'rotate', '-f', file, '--yes']);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(await lab().kubectl('-n', 'chat', 'get', 'secrets', '-o', 'name')).toBe('secret/demo-secrets');
    expect((await say("What is my sister's name?", 'session:later')).text).toContain('Anna');
  });
});

describe('down', () => {
  test('ends every pod, and the next apply finds every memory', async () => {
    const file = await lab().document(stack, { ...spec, redis: { storage: { size: '3Gi' } } });
    const down = await lab().mooring(['down', '-f', file, '--yes']);
    expect(down, down.stderr).toMatchObject({ code: 0 });
    expect(await lab().kubectl('-n', 'chat', 'get', 'pods', '-o', 'name')).toBe('');
    const ended = await lab().mooring(apply(file));
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: answered });
    expect((await say("What is my sister's name?", 'session:last')).text).toContain('Anna');
  });

  test('rollback goes back to what worked, also over a volume that has grown since', async () => {
    const file = await lab().document(stack, {
      ...spec,
      redis: { image: lab().images.app, storage: { size: '3Gi' } },
    });
    expect(await lab().mooring(apply(file))).toMatchObject({ code: 1 });
    const back = await lab().mooring(['rollback', '-f', file, '--yes']);
    expect(back, back.stderr).toMatchObject({ code: 0, stdout: answered });
  });
});
