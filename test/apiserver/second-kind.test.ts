import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { forSuite } from '../servers/for-suite.ts';
import { applied, startLab, type Ended } from './cli/mooring.ts';
import { endpoints, rollOut } from './controllers.ts';

const lab = forSuite(() => startLab(fileURLToPath(new URL('../kinds/cli.ts', import.meta.url))));

const mooring = (...words: string[]): Promise<Ended> => lab().mooring(words);

/** Runs a command with `-o json` and answers its exit code and what it printed. */
async function json(...words: string[]): Promise<{ code: number | null; stderr: string; data: unknown }> {
  const { code, stdout, stderr } = await mooring(...words, '-o', 'json');
  return { code, stderr, data: stdout === '' ? undefined : (JSON.parse(stdout) as unknown) };
}

let written = 0;
/** A ShopStack of this name, alone in a namespace of this name. */
async function shop(name: string, spec: object = {}, kind = 'ShopStack'): Promise<string> {
  const path = join(lab().folder, `${name}-${written++}.yaml`);
  const metadata = { name, namespace: name };
  await writeFile(path, stringify({ apiVersion: 'example.com/v1alpha1', kind, metadata, spec }));
  return path;
}

interface Check {
  readonly id: string;
  readonly verdict: string;
  readonly says: string;
}

describe('a kind that no room knows, without a cluster', () => {
  test('init writes its document, with its schema beside it', async () => {
    const path = join(lab().folder, 'new.yaml');
    const { code, data, stderr } = await json('init', path, '--kind', 'ShopStack', '-n', 'market');
    expect(code, stderr).toBe(0);
    expect(data).toEqual({ path, name: 'shop', namespace: 'market', preset: 'small' });
    expect(await readFile(path, 'utf8')).toContain('kind: ShopStack\n');
    expect(existsSync(join(lab().folder, 'shopstack.schema.json'))).toBe(true);
    expect((await mooring('synth', '-f', path, '--stdout')).stdout).toContain('namespace: market');
  });

  test('a kind that is none of them is refused with the nearest', async () => {
    const { code, stderr } = await mooring('synth', '-f', await shop('typo', {}, 'ShopStak'));
    expect(code).toBe(65);
    expect(stderr).toContain(
      'kind: "ShopStak"; expected one of ChatStack, ShopStack. Did you mean "ShopStack"?',
    );
  });

  test('a field that is misspelt is refused with its line and the nearest', async () => {
    const { code, stderr } = await mooring('synth', '-f', await shop('field', { web: { currencey: 'EUR' } }));
    expect(code).toBe(65);
    expect(stderr).toMatch(/:8:\d+: .*currency/);
  });

  test('synth writes its manifests, synth --check finds them the latest, verify finds nothing', async () => {
    const file = await shop('written');
    const { code, data, stderr } = await json('synth', '-f', file);
    expect(code, stderr).toBe(0);
    expect(data).toMatchObject({ name: 'written', namespace: 'written', source: file });
    expect(await json('synth', '--check', '-f', file)).toMatchObject({ code: 0, data: { latest: true } });
    const other = await shop('written', { preset: 'large' });
    expect(await json('synth', '--check', '-f', other)).toMatchObject({ code: 1, data: { latest: false } });
    expect(await json('verify')).toMatchObject({ code: 0, data: { findings: [] } });
  });

  test('explain knows its fields, variables and ports', async () => {
    const file = await shop('told');
    expect(await json('explain', 'spec.web.currency', '-f', file)).toMatchObject({
      code: 0,
      data: [{ kind: 'field', path: 'spec.web.currency', default: '"EUR"', definedAt: null }],
    });
    expect(await json('explain', 'QUEUE_PORT', '-f', file)).toMatchObject({
      code: 0,
      data: [
        { kind: 'variable', readBy: 'web', inThisStack: { value: '5672' }, definedAt: null },
        { kind: 'variable', readBy: 'worker', inThisStack: { value: '5672' }, definedAt: null },
      ],
    });
    expect(await json('explain', '5672', '-f', file)).toMatchObject({
      code: 0,
      data: [{ kind: 'port', service: 'queue', dialledBy: [{ service: 'web' }, { service: 'worker' }] }],
    });
    const { stdout } = await mooring('explain', '5672', '-f', file);
    expect(stdout).toContain("5672 is RabbitMQ's AMQP port");
    const { code, stderr } = await mooring('explain', 'spec.web.curency', '-f', file);
    expect(code).toBe(66);
    expect(stderr).toContain('Did you mean spec.web.currency?');
  });

  test('graph draws its services and who dials whom', async () => {
    const file = await shop('drawn');
    const { code, data } = await json('graph', '-f', file);
    expect(code).toBe(0);
    expect(JSON.stringify(data)).toContain('"worker"');
    const drawing = await mooring('graph', '-f', file, '-o', 'mermaid');
    expect(drawing).toMatchObject({ code: 0 });
    expect(drawing.stdout).toMatch(/worker/);
  });

  test('doctor --local checks the first service that reports, or the one that is named', async () => {
    const file = await shop('local');
    const env = { SHOP_CURRENCY: 'GBP', QUEUE_PORT: 'many' };
    const asked = async (...more: string[]): Promise<string[]> => {
      const words = ['doctor', '--local', '-f', file, '-o', 'json', ...more];
      const { stdout } = await lab().mooring(words, { env });
      return (JSON.parse(stdout) as { checks: Check[] }).checks.map(({ id }) => id);
    };
    expect(await asked()).toEqual(['env/QUEUE_PORT', 'env/SHOP_CURRENCY']);
    expect(await asked('--service', 'worker')).toEqual(['env/QUEUE_PORT']);
    const { code, stderr } = await mooring('doctor', '--local', '--service', 'wroker', '-f', file);
    expect(code).toBe(66);
    expect(stderr).toContain('it runs queue, web, worker. Did you mean worker?');
  });
});

describe('a kind that no room knows, in a cluster', () => {
  test.each([[['status']], [['doctor']], [['open', '--no-browser']], [['logs']], [['logs', 'worker']]])(
    '%j of a stack that is not there ends with 66 and says so',
    async (words) => {
      const { code, stderr } = await mooring(...words, '-f', await shop('absent'));
      expect(code, stderr).toBe(66);
      expect(stderr).toMatch(
        /There is no (stack "absent"|pod of (queue, web, )?worker|running pod of web) in namespace absent/,
      );
    },
  );

  test('diff names every object before an apply, and nothing after it', async () => {
    const file = await shop('fresh');
    const before = await json('diff', '-f', file);
    expect(before.code).toBe(1);
    expect(before.data).toMatchObject({ name: 'fresh', namespace: 'fresh' });
    expect(JSON.stringify(before.data)).toContain('fresh-worker');
    expect(await json(...applied(file))).toMatchObject({
      code: 0,
      data: { name: 'fresh', namespace: 'fresh', revision: 1 },
    });
    expect(await json('diff', '-f', file)).toMatchObject({ code: 0, data: { diff: [] } });
  });

  test('status has a row for each service and ends with 1 while nothing runs', async () => {
    const file = await shop('still');
    expect((await mooring(...applied(file))).code).toBe(0);
    expect(await json('status', '-f', file)).toMatchObject({
      code: 1,
      data: {
        name: 'still',
        services: [
          { service: 'queue', kind: 'StatefulSet', ready: 0, wanted: 1 },
          { service: 'web', kind: 'Deployment' },
          { service: 'worker', kind: 'Deployment' },
        ],
      },
    });
  });

  test('history and rollback keep its documents', async () => {
    const first = await shop('again', { web: { currency: 'EUR' } });
    const second = await shop('again', { web: { currency: 'USD' } });
    for (const file of [first, second]) expect((await mooring(...applied(file))).code).toBe(0);
    expect((await json('diff', '-f', first)).code).toBe(1);
    expect(await json('rollback', '-f', second, '--yes', '--no-wait')).toMatchObject({
      code: 0,
      data: { revision: 3 },
    });
    expect(await json('history', '-f', second)).toMatchObject({
      code: 0,
      data: {
        revisions: [
          { revision: 1, document: { kind: 'ShopStack' } },
          { revision: 2 },
          { revision: 3, note: 'rollback to 1' },
        ],
      },
    });
    expect((await json('diff', '-f', first)).code).toBe(0);
  });

  test('secrets rotate --dry-run names the key of its queue and who is restarted', async () => {
    const file = await shop('turned');
    expect((await mooring(...applied(file))).code).toBe(0);
    expect(await json('secrets', 'rotate', '--dry-run', '-f', file)).toMatchObject({
      code: 0,
      data: { dryRun: true, keys: ['queue-password'], restarts: ['queue', 'web', 'worker'] },
    });
  });

  test('logs of a service it does not run is refused with the nearest', async () => {
    const { code, stderr } = await mooring('logs', 'qeue', '-f', await shop('noisy'));
    expect(code).toBe(66);
    expect(stderr).toContain('runs no service "qeue"; it runs queue, web, worker. Did you mean queue?');
  });

  test('doctor says what it cannot know, and finds what was changed in a service of the kind', async () => {
    const file = await shop('sick');
    expect((await mooring(...applied(file))).code).toBe(0);
    const checks = async (): Promise<{ code: number | null; checks: readonly Check[] }> => {
      const { code, data } = await json('doctor', '-f', file);
      return { code, checks: (data as { checks: Check[] }).checks };
    };
    const well = await checks();
    expect(well.checks.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
    expect(well.code).toBe(0);
    expect(well.checks.filter(({ id }) => id === 'dial')).toEqual([
      {
        ...{ id: 'dial', verdict: 'note' },
        says: 'Whether web reaches queue is unknown: it has no command that dials, so queue cannot be dialled from its pods.',
      },
      {
        ...{ id: 'dial', verdict: 'note' },
        says: 'Whether worker reaches queue is unknown: it has no command that dials, so queue cannot be dialled from its pods.',
      },
    ]);
    await lab().kubectl(['-n', 'sick', 'set', 'env', 'deployment/sick-worker', 'QUEUE_PORT=5673']);
    const ill = await checks();
    expect(ill.code).toBe(1);
    expect(ill.checks.find(({ id }) => id === 'env/worker/QUEUE_PORT')).toMatchObject({
      verdict: 'wrong',
      says: 'worker: QUEUE_PORT is 5673 in the cluster, but the contract says 5672.',
    });
    expect((await mooring(...applied(file, '--force-conflicts'))).code).toBe(0);
    expect((await checks()).code).toBe(0);
  });

  test('apply waits for its pods, then for the default check, which says what leads nowhere', async () => {
    const file = await shop('waited');
    expect((await mooring(...applied(file))).code).toBe(0);
    const late = await mooring('apply', '-f', file, '--yes', '--timeout', '1');
    expect(late.code).toBe(1);
    expect(late.stderr).toContain('The stack "waited" was not up after 1 seconds.');
    await rollOut(lab(), 'waited');
    await endpoints(lab(), 'waited', { 'waited-queue': ['amqp', 5672] });
    const failed = await mooring('apply', '-f', file, '--yes');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(
      'Everything is ready, but the check of endpoints and gates did not pass: Service waited-web leads to no ready pod by its port "http"',
    );
    await endpoints(lab(), 'waited', { 'waited-web': ['http', 8080] });
    const done = await json('apply', '-f', file, '--yes');
    expect(done, done.stderr).toMatchObject({ code: 0, data: { check: { ports: 2, gates: 0 } } });
    expect(await json('status', '-f', file)).toMatchObject({ code: 0 });
    expect(await json('history', '-f', file)).toMatchObject({
      data: { revisions: [{ outcome: 'deployed' }] },
    });
  });

  test('down removes its objects and keeps the volumes', async () => {
    const file = await shop('gone');
    expect((await mooring(...applied(file))).code).toBe(0);
    const { code, data } = await json('down', '-f', file, '--yes');
    expect(code).toBe(0);
    expect((data as { removed: string[] }).removed).toEqual(
      expect.arrayContaining(['StatefulSet gone-queue', 'Deployment gone-web', 'Deployment gone-worker']),
    );
    expect((await mooring('status', '-f', file)).code).toBe(66);
  });
});
