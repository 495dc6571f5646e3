import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { capture } from '../servers/command.ts';
import { builtProgram } from '../servers/kubernetes/programs.ts';
import { orSkip } from '../servers/or-skip.ts';
import { pythonWithPreCommit } from '../servers/pre-commit/python.ts';
import { blocksOf, ciExamples, type Block } from './shell-blocks.ts';

/** The examples of docs/verify.md for CI, in a repository of somebody else that kustomize and Helm render. */
const examples = blocksOf(ciExamples.file).filter(({ heading }) => heading === ciExamples.heading);

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}
interface PreCommit {
  readonly repos: readonly { readonly hooks: readonly { readonly entry: string }[] }[];
}
interface Plugin {
  readonly spec: {
    readonly generate: { readonly command: readonly string[]; readonly args: readonly string[] };
  };
}

/** The command lines that an example runs, each by itself: of a workflow all its steps, of pre-commit each hook. */
function commandsIn({ language, text }: Block): string[][] {
  if (language === 'sh') return [['sh', '-c', text]];
  const { jobs = {}, repos = [], spec } = parse(text) as Partial<Workflow & PreCommit & Plugin>;
  const steps = Object.values(jobs).map((job) => job.steps.flatMap(({ run }) => run ?? []).join(' && '));
  const hooks = repos.flatMap((repo) => repo.hooks.map(({ entry }) => entry));
  const lines = [...steps, ...hooks].map((line) => ['sh', '-c', line]);
  return spec ? [...lines, [...spec.generate.command, ...spec.generate.args]] : lines;
}

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop' },
  spec: {
    selector: { matchLabels: { app: 'shop' } },
    template: {
      metadata: { labels: { app: 'shop' } },
      spec: {
        containers: [
          {
            ...{ name: 'shop', image: 'registry.example.com/shop:1.4.2', ports: [{ containerPort: 3000 }] },
            envFrom: [{ configMapRef: { name: 'shop' } }],
          },
        ],
      },
    },
  },
};
const service = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'orders' } },
  spec: { selector: { app: 'shop' }, ports: [{ port: 80, targetPort: 3000 }] },
};
const settings = {
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop' } },
  data: { ORDERS_URL: 'http://orders:{{ .Values.ordersPort }}/v1' },
};

/** The same as a template of a chart, in the namespace of its release. */
const released = <T extends { readonly metadata: object }>(object: T): T => ({
  ...object,
  metadata: { ...object.metadata, namespace: '{{ .Release.Namespace }}' },
});

let folder: string;
let PATH: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mooring-repository-'));
  await write('base/deployment.yaml', deployment);
  await write('base/service.yaml', service);
  await write('base/kustomization.yaml', { resources: ['deployment.yaml', 'service.yaml'] });
  await write('charts/shop/Chart.yaml', { apiVersion: 'v2', name: 'shop', version: '1.4.2' });
  await write('charts/shop/templates/deployment.yaml', released(deployment));
  await write('charts/shop/templates/service.yaml', released(service));
  await write('charts/shop/templates/settings.yaml', released(settings));
  const [kubectl, helm] = [await builtProgram('kubectl'), await builtProgram('helm')];
  PATH = [resolve('cli'), dirname(kubectl), dirname(helm), process.env['PATH']].join(delimiter);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, content: object): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, stringify(content));
}

/** Writes the port at which the shop dials wherever it is chosen, and runs a command line as a CI server does. */
async function runAt(port: number, [command = '', ...args]: readonly string[]): ReturnType<typeof capture> {
  const values = { ordersPort: port };
  await write('overlays/production/kustomization.yaml', {
    namespace: 'shop',
    resources: ['../../base'],
    configMapGenerator: [{ name: 'shop', literals: [`ORDERS_URL=http://orders:${port}/v1`] }],
  });
  await write('values-production.yaml', values);
  await write('clusters/production/shop.yaml', {
    ...{ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name: 'shop' } },
    spec: { interval: '10m', chartRef: { kind: 'OCIRepository', name: 'shop' }, values },
  });
  const env = { ...process.env, PATH, HOME: folder, ARGOCD_APP_NAME: 'shop', ARGOCD_APP_NAMESPACE: 'shop' };
  return capture(command, args, { cwd: folder, env });
}

test('docs/verify.md has an example for Helm, a CI server, pre-commit, Argo CD and Flux', () => {
  const said = examples.map(({ language, text }) =>
    language === 'sh' ? language : Object.keys(parse(text) as object).at(-1),
  );
  expect(said).toEqual(['sh', 'jobs', 'repos', 'spec', 'jobs']);
});

test.each(examples.flatMap(commandsIn).map((words) => [words.at(-1) ?? '', words] as const))(
  '%s passes what is right, and fails on a wrong port with its variable',
  async (_, words) => {
    const right = await runAt(80, words);
    expect(right.code, right.stdout + right.stderr).toBe(0);
    const wrong = await runAt(8080, words);
    expect(wrong.code).toBe(1);
    const said = wrong.stdout + wrong.stderr;
    expect(said).toContain('PORT_NOT_SERVED');
    expect(said).toContain('ORDERS_URL');
  },
);

test('the plugin for Argo CD prints what Helm renders, and nothing of what has errors', async () => {
  const [words = []] = examples
    .filter(({ text }) => text.includes('ConfigManagementPlugin'))
    .flatMap(commandsIn);
  const kindsIn = (text: string): unknown[] =>
    parseAllDocuments(text).map((document) => (document.toJS() as { kind?: string } | null)?.kind);
  const right = await runAt(80, words);
  expect(kindsIn(right.stdout).sort()).toEqual(['ConfigMap', 'Deployment', 'Service']);
  expect(right.stdout).toMatch(/^ {2}namespace: "?shop"?$/m);
  expect((await runAt(8080, words)).stdout).toBe('');
});

test('pre-commit lets what is right be committed, and names the hooks that a wrong port fails', (context) =>
  orSkip(context, async () => {
    const python = await pythonWithPreCommit();
    const [hooks = ''] = examples.map(({ text }) => text).filter((text) => text.startsWith('repos:'));
    await writeFile(join(folder, '.pre-commit-config.yaml'), hooks);
    const words = ['sh', '-c', 'git init -q . && git add . && "$0" -m pre_commit run', python];
    const right = await runAt(80, words);
    expect(right.code, right.stdout + right.stderr).toBe(0);
    expect(right.stdout).toMatch(/mooring verify\.+Passed\nmooring verify of the chart\.+Passed\n/);
    const wrong = await runAt(8080, words);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(
      /mooring verify\.+Failed\n[^]*PORT_NOT_SERVED[^]*mooring verify of the chart\.+Failed\n/,
    );
  }));
