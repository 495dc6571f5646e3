import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { Manifest } from '../../charts-ts/render.ts';
import { reach } from '../../proof/reach.ts';
import { containerEnv, idOf, pick } from '../charts-ts/rendered.ts';
import { capture } from '../servers/command.ts';
import { forSuite } from '../servers/for-suite.ts';
import { changeIn, type Change } from './broken-copy.ts';
import { copyWithFifthService } from './fifth-service/copy.ts';
import { edits } from './fifth-service/edits.ts';

const copy = forSuite(copyWithFifthService);
/** The compiler and the generator read the whole copy, on a busy machine. */
const slowly = { timeout: 600_000 };

const temporary = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-fifth-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** A folder of its own with a document in it, and the copy's program as a user runs it there. */
async function place(spec: object = {}, copied = copy().folder) {
  const folder = await temporary();
  await writeFile(join(folder, 'stack.yaml'), stringify({ spec }));
  const mooring = (...words: string[]) =>
    capture(process.execPath, [join(copied, 'cli/main.mjs'), ...words], {
      cwd: folder,
      env: { MOORING_STACK: '', KUBECONFIG: '', NO_COLOR: '1' },
    });
  return { folder, mooring };
}

/** What synth writes of a document, which verify then finds nothing wrong with. */
async function synthesised(spec: object): Promise<Manifest[]> {
  const { folder, mooring } = await place(spec);
  const synth = await mooring('synth');
  expect(synth, synth.stderr).toMatchObject({ code: 0 });
  expect(await mooring('verify')).toMatchObject({ code: 0 });
  return written(join(folder, 'dist'));
}

async function written(dist: string): Promise<Manifest[]> {
  const files = (await readdir(dist)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(dist, name), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((one) => one.toJS() as Manifest));
}

/** The first port of everything that reaches the queue, by whatever Service. */
const reachesQueue = (objects: readonly Manifest[]): string[] =>
  reach(objects)
    .filter((line) => line.includes('→ queue:'))
    .map((line) => line.replace(/ by .*/, ''));

const its = (objects: readonly Manifest[]): string[] =>
  objects.map(idOf).filter((id) => /demo-(queue|worker)/.test(id) && !id.startsWith('NetworkPolicy'));

describe('law 2: a fifth service of the ChatStack, a worker with a store only it uses, touches contract/ only', () => {
  test('in the copy that has both, contract/ alone was edited, and the types hold', slowly, async () => {
    expect(edits.filter(({ file }) => !file.startsWith('contract/'))).toEqual([]);
    const tsc = join(copy().folder, 'node_modules/typescript/bin/tsc');
    const { code, stdout } = await capture(process.execPath, [tsc, '--noEmit'], { cwd: copy().folder });
    expect(code, stdout).toBe(0);
  });

  test('synth renders both, with a generated password that only the two of them read', async () => {
    const objects = await synthesised({});
    expect(its(objects)).toEqual([
      'ServiceAccount demo-queue',
      'ConfigMap demo-queue-config',
      'ConfigMap demo-queue-files',
      'Service demo-queue',
      'Service demo-queue-peers',
      'StatefulSet demo-queue',
      'ServiceAccount demo-worker',
      'ConfigMap demo-worker-config',
      'Deployment demo-worker',
    ]);
    expect(containerEnv(objects, pick(objects, 'Deployment', 'demo-worker'))).toMatchObject({
      QUEUE_HOST: 'demo-queue',
      QUEUE_PORT: '5672',
      WORKER_CONCURRENCY: '4',
    });
    const readers = objects.filter((object) => JSON.stringify(object).includes('"key":"queue-password"'));
    expect(readers.map(idOf)).toEqual(['StatefulSet demo-queue', 'Deployment demo-worker']);
    const { data } = pick(objects, 'Secret', 'demo-secrets') as { data?: object };
    expect(Object.keys(data ?? {}).sort()).toEqual(
      ['neo4j', 'qdrant', 'queue', 'redis'].map((name) => `${name}-password`),
    );
  });

  test('only the worker reaches the queue, and only where it dials it', async () => {
    expect(reachesQueue(await synthesised({}))).toEqual(['worker → queue:5672']);
  });

  test.each([
    ['dev', {}, { size: '1Gi', memory: '512Mi', replicas: 1 }],
    ['staging', { preset: 'staging' }, { size: '5Gi', memory: '1Gi', replicas: 1 }],
    [
      'a document that sets them',
      {
        queue: { storage: { size: '7Gi' }, resources: { limits: { memory: '3Gi' } } },
        worker: { replicas: 3 },
      },
      { size: '7Gi', memory: '3Gi', replicas: 3 },
    ],
  ])('sizes and replicas are those of %s', async (_name, spec, { size, memory, replicas }) => {
    const objects = await synthesised(spec);
    expect(pick(objects, 'StatefulSet', 'demo-queue')).toMatchObject({
      spec: {
        volumeClaimTemplates: [{ spec: { resources: { requests: { storage: size } } } }],
        template: { spec: { containers: [{ resources: { limits: { memory } } }] } },
      },
    });
    expect(pick(objects, 'Deployment', 'demo-worker')).toMatchObject({ spec: { replicas } });
  });

  test('a queue that runs elsewhere is no workload, and the worker is told where it is', async () => {
    const secretRef = { name: 'queue', key: 'key' };
    const objects = await synthesised({
      queue: { external: { host: 'mq.example.com', tls: true, secretRef } },
    });
    expect(its(objects).filter((id) => id.includes('queue'))).toEqual([]);
    const worker = pick(objects, 'Deployment', 'demo-worker');
    expect(containerEnv(objects, worker)).toMatchObject({ QUEUE_HOST: 'mq.example.com', QUEUE_TLS: 'true' });
    expect(JSON.stringify(worker)).toContain('"secretKeyRef":{"key":"key","name":"queue"}');
  });

  test('a typo in its group is refused with the nearest key', async () => {
    for (const [spec, meant] of [
      [{ queu: {} }, 'Did you mean "queue"?'],
      [{ worker: { replica: 2 } }, 'Did you mean "replicas"?'],
    ] as const) {
      const { mooring } = await place(spec);
      const { code, stderr } = await mooring('synth');
      expect(code).toBe(65);
      expect(stderr).toContain(meant);
    }
  });

  test('production refuses to generate its password, and names it', async () => {
    const { mooring } = await place({
      preset: 'production',
      auth: { mode: 'jwt', jwksUrl: 'https://a.test/k' },
    });
    const { code, stderr } = await mooring('synth');
    expect(code).toBe(65);
    expect(stderr).toMatch(/spec\.secrets\.existingSecret: .* with the keys .*queue-password/);
  });

  test('explain knows its variables, its ports and its fields, and where they are defined', async () => {
    const { mooring } = await place();
    const variable = (await mooring('explain', 'QUEUE_PORT')).stdout;
    expect(variable).toMatch(/read by: +worker\n/);
    expect(variable).toContain('queue, port "amqp", at demo-queue:5672');
    expect(variable).toMatch(/defined at: +contract\/services\/worker\.ts:\d+\n/);
    const port = (await mooring('explain', '5672')).stdout;
    expect(port).toMatch(/dialled by: +worker \(told by QUEUE_PORT\)\n/);
    expect(port).toContain("5672 is RabbitMQ's AMQP port");
    expect(port).toMatch(/defined at: +contract\/services\/queue\.ts:\d+\n/);
    const fields = (await mooring('explain', 'spec.queue')).stdout;
    expect(fields).toContain(
      'spec.queue.storage.size (string): size of its volume claim; may grow, never shrink',
    );
  });

  test('graph draws it: the worker and the queue, and no other edge to it', async () => {
    const { mooring } = await place();
    const { stdout } = await mooring('graph', '-o', 'json');
    const { edges } = JSON.parse(stdout) as { edges: { from: string; to: string; number: number }[] };
    expect(edges.filter(({ to }) => to === 'service:queue')).toMatchObject([
      { from: 'service:worker', number: 5672, policies: ['egress', 'ingress'] },
    ]);
  });

  test('init offers its examples', async () => {
    const { folder, mooring } = await place();
    expect(await mooring('init', 'new.yaml', '--name', 'fresh')).toMatchObject({ code: 0 });
    const text = await readFile(join(folder, 'new.yaml'), 'utf8');
    expect(text).toMatch(/^ {2}#queue: /m);
    expect(text).toMatch(/^ {2}#worker: /m);
  });

  test(
    'the generated documents are found to be old, and tell of it once they are made anew',
    slowly,
    async () => {
      const { folder } = copy();
      const generate = (...words: string[]) =>
        capture(process.execPath, ['scripts/generate.ts', ...words], { cwd: folder });
      const old = await generate('--check');
      expect(old.code).toBe(1);
      for (const name of [
        'chatstack.schema.json',
        'ports.md',
        'running-stack.md',
        'stack.md',
        'variables.md',
      ])
        expect(old.stderr).toContain(`docs/reference/${name}`);
      expect(await generate()).toMatchObject({ code: 0 });
      expect(await generate('--check')).toMatchObject({ code: 0 });
      const told = async (name: string) => readFile(join(folder, 'docs/reference', name), 'utf8');
      expect(await told('ports.md')).toMatch(/^\| queue +\| amqp +\| 5672 +\|/m);
      expect(await told('variables.md')).toContain('| `WORKER_CONCURRENCY` ');
      expect(await told('stack.md')).toContain('| spec.queue.storage.size ');
    },
  );
});

interface Twin extends Change {
  /** What verify finds in what the broken copy renders. */
  readonly finding: RegExp;
}

const threeStores = "['redis', 'neo4j', 'qdrant']";
const twins: Readonly<Record<string, Twin>> = {
  'policies of the stores known today only': {
    file: 'charts-ts/constructs/network-policies.ts',
    find: '...(client.edges ?? []).flatMap(',
    replace: `...(client.edges ?? []).filter(({ to }) => ${threeStores}.includes(to)).flatMap(`,
    finding: /CONNECTION_BLOCKED: QUEUE_PORT wants worker to reach queue on port 5672/,
  },
  'secrets of the stores known today only': {
    file: 'model/environment.ts',
    find: 'return stack.services.flatMap((service) =>\n    Object.entries(service.secrets ?? {})',
    replace: `return stack.services.filter(({ name }) => ${threeStores}.includes(name)).flatMap((service) =>
    Object.entries(service.secrets ?? {})`,
    finding: /queue-password/,
  },
};

describe('its sabotage twins', () => {
  test.each(Object.entries(twins))('%s: verify finds it', async (_, { finding, ...change }) => {
    const broken = await copyWithFifthService();
    onTestFinished(() => broken.stop());
    await changeIn(broken.folder, change);
    const { mooring } = await place({}, broken.folder);
    expect(await mooring('synth')).toMatchObject({ code: 0 });
    const { code, stdout } = await mooring('verify');
    expect(code).toBe(1);
    expect(stdout).toMatch(finding);
  });
});
