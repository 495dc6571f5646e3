import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { forSuite } from '../../servers/for-suite.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';
import { applied, startLab } from './mooring.ts';

const lab = forSuite(() => startLab());

/** A kubeconfig of one context for this server and user. */
async function kubeconfig(name: string, server: string, user: object): Promise<string> {
  const path = join(lab().folder, `${name}.kubeconfig`);
  const ca = Buffer.from(lab().server.caPem).toString('base64');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  await writeFile(path, stringify(content), { mode: 0o600 });
  return path;
}

/** The commands that look into a cluster or change it, as they are called. */
const commands = (file: string): [string, string[]][] => [
  ['diff', ['diff', '-f', file]],
  ['apply', applied(file)],
  ['history', ['history', '-f', file]],
  ['rollback', ['rollback', '-f', file, '--yes']],
  ['secrets rotate', ['secrets', 'rotate', '-f', file, '--yes']],
  ['down', ['down', '-f', file, '--yes']],
];

describe('what cannot be reached is said in words, with its own exit code:', () => {
  test('a context the kubeconfig does not have', async () => {
    const file = await lab().document('elsewhere');
    for (const [name, words] of commands(file)) {
      const { code, stderr } = await lab().mooring([...words, '--context', 'prod']);
      expect({ name, code }).toEqual({ name, code: 66 });
      expect(stderr).toContain('The kubeconfig has no context "prod". It has: mooring-test.');
    }
  });

  test('no kubeconfig at all', async () => {
    const file = await lab().document('elsewhere');
    const missing = join(lab().folder, 'nowhere');
    const { code, stderr } = await lab().mooring(['diff', '-f', file], { kubeconfig: missing });
    expect(code).toBe(66);
    expect(stderr).toMatch(/The kubeconfig cannot be read: .*nowhere/);
  });

  test('an API server nobody listens as', async () => {
    const file = await lab().document('elsewhere');
    const url = `https://${LOOPBACK}:${await freePort()}`;
    const away = await kubeconfig('away', url, { token: 'x' });
    for (const [name, words] of commands(file)) {
      const { code, stderr } = await lab().mooring(words, { kubeconfig: away });
      expect({ name, code }).toEqual({ name, code: 69 });
      expect(stderr).toContain(
        `The API server ${url} of context "away" cannot be reached: nothing listens there`,
      );
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });

  test('credentials it does not know', async () => {
    const file = await lab().document('elsewhere');
    const unknown = await kubeconfig('unknown', lab().server.url, { token: 'nobody' });
    const { code, stderr } = await lab().mooring(['diff', '-f', file], { kubeconfig: unknown });
    expect(code).toBe(77);
    expect(stderr).toContain('does not accept the credentials of context "unknown"');
  });

  test('a user who may not: every missing permission is named before anything is changed', async () => {
    await lab().server.createNamespace('limited');
    const { kubectl } = lab();
    await kubectl(['-n', 'limited', 'create', 'serviceaccount', 'reader']);
    await kubectl([
      'create',
      'clusterrolebinding',
      'limited-reader',
      '--clusterrole=view',
      '--serviceaccount=limited:reader',
    ]);
    const token = await kubectl(['-n', 'limited', 'create', 'token', 'reader']);
    const reader = await kubeconfig('reader', lab().server.url, { token });
    const file = await lab().document('limited');
    const { code, stderr } = await lab().mooring(applied(file), { kubeconfig: reader });
    expect(code).toBe(77);
    expect(stderr).toContain(
      'The user of context "reader" lacks what this stack needs; nothing was changed:',
    );
    expect(stderr).toContain('  - permission to patch statefulsets.apps in namespace limited\n');
    expect(stderr).toContain('  - permission to create secrets in namespace limited\n');
    expect(await kubectl(['-n', 'limited', 'get', 'statefulsets,configmaps', '-o', 'name'])).not.toContain(
      'redis',
    );
    const diff = await lab().mooring(['diff', '-f', file], { kubeconfig: reader });
    expect(diff.code).toBe(77);
    expect(diff.stderr).toMatch(/may not do this: .*cannot (get|patch)/);
  });
});

describe('a namespace', () => {
  test('that is being deleted is said so, and nothing is begun', async () => {
    await lab().server.createNamespace('ending');
    // Without controllers nobody empties it, so it stays in this state.
    await lab().kubectl(['delete', 'namespace', 'ending', '--wait=false']);
    const file = await lab().document('ending');
    for (const [name, words] of commands(file).filter(([command]) =>
      ['diff', 'apply', 'down'].includes(command),
    )) {
      const { code, stderr } = await lab().mooring(words);
      expect({ name, code }).toEqual({ name, code: 75 });
      expect(stderr).toContain('The namespace ending is being deleted');
    }
  });

  test('that is somebody else’s to create must be there', async () => {
    const file = await lab().document('absent', { createNamespace: false });
    const { code, stderr } = await lab().mooring(applied(file));
    expect(code).toBe(69);
    expect(stderr).toContain(
      'namespace "absent", which the document says must exist (spec.createNamespace is false)',
    );
  });
});

describe('what the cluster lacks is found before anything is changed:', () => {
  test('a storage class, a Secret, a key of one, a pull secret, room in a quota: all at once', async () => {
    await lab().server.createNamespace('lacking');
    await lab().kubectl(['-n', 'lacking', 'create', 'secret', 'generic', 'keys', '--from-literal=other=x']);
    await lab().kubectl([
      '-n',
      'lacking',
      'create',
      'quota',
      'tight',
      '--hard=requests.memory=100Mi,pods=10',
    ]);
    const quota = await lab().kubectl(['-n', 'lacking', 'get', 'quota', 'tight', '-o', 'json']);
    const { spec } = JSON.parse(quota) as { spec: { hard: object } };
    // No controller counts here, so the test says what is used.
    const status = JSON.stringify({
      status: { hard: spec.hard, used: { 'requests.memory': '20Mi', pods: '1' } },
    });
    await lab().kubectl([
      '-n',
      'lacking',
      'patch',
      'quota',
      'tight',
      '--subresource=status',
      '--type=merge',
      '-p',
      status,
    ]);
    const file = await lab().document('lacking', {
      redis: { storage: { storageClass: 'gold' } },
      images: { pullSecrets: ['registry'] },
      llm: { baseUrl: 'https://llm.example.test/v1', apiKey: { name: 'keys', key: 'llm' } },
    });
    const { code, stderr } = await lab().mooring(applied(file));
    expect(code).toBe(69);
    expect(stderr).toContain('The cluster lacks what this stack needs; nothing was changed:');
    expect(stderr).toContain('  - StorageClass "gold" for data-lacking-redis-0 (it has standard)\n');
    expect(stderr).toContain(
      '  - Secret "registry", which the images are pulled with in namespace lacking\n',
    );
    expect(stderr).toContain('  - llm in Secret "keys"\n');
    expect(stderr).toContain(
      '  - room in quota "tight" for requests.memory: 100Mi at most, 20Mi used, 1216Mi more needed\n',
    );
    expect(await lab().kubectl(['-n', 'lacking', 'get', 'statefulsets', '-o', 'name'])).toBe('');
  });
});

describe('before it changes a cluster that is no kind', () => {
  test('every command asks, and without a terminal wants --yes', async () => {
    const file = await lab().document('asked');
    const { code, stderr } = await lab().mooring(['apply', '-f', file, '--no-wait']);
    expect(code).toBe(64);
    expect(stderr).toContain(
      'mooring-test is not a kind cluster, and there is no terminal to ask on. Say --yes',
    );
    expect(await lab().kubectl(['get', 'namespaces', '-o', 'name'])).not.toContain('namespace/asked');
  });

  test('a chat that wants a token says so before anything is applied', async () => {
    const file = await lab().document('tokens', {
      auth: { mode: 'jwt', jwksUrl: 'https://id.example.test/keys' },
    });
    const { code, stderr } = await lab().mooring(['apply', '-f', file, '--yes']);
    expect(code).toBe(64);
    expect(stderr).toContain('--token-file <path>');
    expect(await lab().kubectl(['get', 'namespaces', '-o', 'name'])).not.toContain('namespace/tokens');
  });
});
