import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { capture } from '../servers/command.ts';
import { kubernetesBinaries } from '../servers/kubernetes/programs.ts';
import { blocksOf } from './shell-blocks.ts';

/** The examples of docs/verify.md for CI, in a repository of somebody else that kustomize renders. */
const examples = blocksOf('docs/verify.md').filter(({ heading }) => heading === 'In CI');

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}
interface PreCommit {
  readonly repos: readonly { readonly hooks: readonly { readonly entry: string }[] }[];
}

/** The command lines that an example runs, in order. */
function commandsIn(text: string): string[] {
  const example = parse(text) as Partial<Workflow & PreCommit>;
  const steps = Object.values(example.jobs ?? {}).flatMap((job) => job.steps.flatMap(({ run }) => run ?? []));
  const hooks = (example.repos ?? []).flatMap((repo) => repo.hooks.map(({ entry }) => entry));
  return [...steps, ...hooks];
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

let folder: string;
let PATH: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mooring-repository-'));
  await write('base/deployment.yaml', deployment);
  await write('base/service.yaml', service);
  await write('base/kustomization.yaml', { resources: ['deployment.yaml', 'service.yaml'] });
  const { kubectl } = await kubernetesBinaries();
  PATH = [resolve('cli'), dirname(kubectl), process.env['PATH']].join(delimiter);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, content: object): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, stringify(content));
}

/** Writes the overlay with the port at which the shop dials, and runs a command line as a CI server does. */
async function runAt(port: number, line: string): ReturnType<typeof capture> {
  await write('overlays/production/kustomization.yaml', {
    namespace: 'shop',
    resources: ['../../base'],
    configMapGenerator: [{ name: 'shop', literals: [`ORDERS_URL=http://orders:${port}/v1`] }],
  });
  return capture('sh', ['-c', line], { cwd: folder, env: { ...process.env, PATH } });
}

test('docs/verify.md has an example for a CI server and one for pre-commit', () => {
  expect(examples.map(({ text }) => Object.keys(parse(text) as object).at(-1))).toEqual(['jobs', 'repos']);
});

test.each(examples.map(({ text }) => [commandsIn(text).at(-1) ?? '', commandsIn(text)] as const))(
  '%s passes what is right, and fails on a wrong port with its variable',
  async (_, lines) => {
    const line = lines.join(' && ');
    const right = await runAt(80, line);
    expect(right.code, right.stdout + right.stderr).toBe(0);
    const wrong = await runAt(8080, line);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain('PORT_NOT_SERVED');
    expect(wrong.stdout).toContain('ORDERS_URL');
  },
);
