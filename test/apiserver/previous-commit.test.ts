import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { previousCommit } from '../in-cluster/stack/previous-commit.ts';
import { frozenFiles } from '../freeze/frozen.ts';
import { program } from '../freeze/subject.ts';
import { capture } from '../servers/command.ts';
import { forSuite } from '../servers/for-suite.ts';
import { applied, startLab } from './cli/mooring.ts';

/** An API server, and the sources of the commit before this one. In a clone without history every test is skipped. */
const lab = forSuite(async () => {
  const previous = await previousCommit();
  try {
    const started = await startLab();
    const stop = async (): Promise<void> => {
      await started.stop();
      await previous.remove();
    };
    return { ...started, previous: previous.root, stop };
  } catch (error) {
    await previous.remove();
    throw error;
  }
});

/** Runs `mooring` as it was one commit ago. */
const before = (words: readonly string[]) =>
  capture(process.execPath, [join(lab().previous, program), ...words], {
    cwd: lab().folder,
    env: { KUBECONFIG: lab().server.kubeconfigPath, MOORING_STACK: '', NO_COLOR: '1' },
  });

/** Whether this very commit freezes other manifests than the one before: then an order changed them. */
function manifestsChanged(): boolean {
  const folder = join(lab().previous, 'test/freeze/frozen/manifests');
  if (!existsSync(folder)) return false;
  const earlier = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  return JSON.stringify(Object.fromEntries(earlier)) !== JSON.stringify(frozenFiles('manifests'));
}

const production = {
  preset: 'production',
  secrets: { existingSecret: 'kept' },
  auth: { mode: 'jwt', jwksUrl: 'https://id.example.com/keys' },
};
const documents: Readonly<Record<string, object>> = {
  development: {},
  staging: { preset: 'staging' },
  production,
  chosen: {
    backend: { autoscaling: { minReplicas: 2, maxReplicas: 5 }, nodePort: 30_091 },
    redis: { external: { host: 'redis.example.test', port: 6380, tls: true } },
    qdrant: { storage: { size: '3Gi' }, resources: { limits: { memory: '1Gi' } } },
    ingress: { host: 'chat.example.com', className: 'nginx' },
    llm: { baseUrl: 'https://llm.example.com/v1', model: 'small' },
  },
  'switched-off': { preset: 'staging', backend: { autoscaling: false, nodePort: false } },
};

/** The Secret its user keeps, where a document names one. */
async function keepSecret(namespace: string): Promise<void> {
  await lab().server.createNamespace(namespace);
  const keys = ['redis', 'neo4j', 'qdrant'].map(
    (name) => `--from-literal=${name}-password=${'x'.repeat(32)}`,
  );
  await lab().kubectl(['-n', namespace, 'create', 'secret', 'generic', 'kept', ...keys]);
}

describe('a stack that the commit before this one applied', () => {
  test.each(Object.keys(documents))(
    'shows no difference, or only what this commit is ordered to change: %s',
    async (name) => {
      const spec = documents[name] ?? {};
      if (spec === production) await keepSecret(name);
      const file = await lab().document(name, spec);
      const first = await before(applied(file));
      expect(first, first.stderr).toMatchObject({ code: 0 });
      if (manifestsChanged()) {
        const upgraded = await lab().mooring(applied(file));
        expect(upgraded, upgraded.stderr).toMatchObject({ code: 0 });
      }
      expect(await lab().mooring(['diff', '-f', file])).toMatchObject({ code: 0, stdout: '' });
    },
  );

  test('its history is read, and a second apply is no new revision and changes nothing', async () => {
    const file = await lab().document('again');
    await before(applied(file));
    const again = await lab().mooring(applied(file, '-o', 'json'));
    expect(again, again.stderr).toMatchObject({ code: 0 });
    const { revision, outcomes } = JSON.parse(again.stdout) as { revision: number; outcomes: string };
    expect(revision).toBe(1);
    if (!manifestsChanged()) expect(outcomes).toMatch(/^\d+ unchanged$/);
  });

  test('sabotage: one port that was changed in between is a difference', async () => {
    const file = await lab().document('broken');
    await before(applied(file));
    const patch = JSON.stringify({ data: { REDIS_PORT: '6380' } });
    const target = ['configmap', 'broken-backend-config', '--type=merge', '-p', patch];
    await lab().kubectl(['-n', 'broken', 'patch', ...target]);
    const diff = await lab().mooring(['diff', '-f', file]);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toContain('REDIS_PORT');
  });
});
