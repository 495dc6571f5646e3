import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { stringify } from 'yaml';
import { capture } from '../../servers/command.ts';
import { startApiServer, type ApiServer } from '../../servers/kubernetes/api-server.ts';
import type { Files } from '../frozen.ts';
import { plainJson } from '../plain.ts';
import { program } from '../subject.ts';

const root = resolve(import.meta.dirname, '../../..');
const killer = join(root, 'test/apiserver/cli/kill-at-write.mjs');

/** The name of the stack, and of its namespace. */
const stack = 'frozen';

/** An API server, and runs of the program against it, each written down. */
interface Bench {
  readonly server: ApiServer;
  readonly folder: string;
  /** Runs `mooring` with these words; answers with its exit code and its `-o json`. */
  readonly mooring: (words: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Seen>;
  readonly kubectl: (...words: readonly string[]) => Promise<unknown>;
}

interface Seen {
  readonly words: string;
  readonly code: number | null;
  readonly json?: unknown;
}

/** What commands that speak with a cluster say and end with, and what they leave there, on a real API server. */
export async function observeCluster(): Promise<Files> {
  const server = await startApiServer();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-freeze-cluster-'));
  try {
    return await observe(benchOf(server, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
    await server.stop();
  }
}

function benchOf(server: ApiServer, folder: string): Bench {
  return {
    server,
    folder,
    mooring: async (words, env = {}) => {
      const { code, stdout } = await capture(process.execPath, [join(root, program), ...words], {
        cwd: folder,
        env: { KUBECONFIG: server.kubeconfigPath, MOORING_STACK: '', NO_COLOR: '1', ...env },
      });
      const json = words.includes('json') && stdout !== '' ? { json: JSON.parse(stdout) as unknown } : {};
      return { words: words.join(' '), code, ...json };
    },
    kubectl: async (...words) => {
      const { code, stdout, stderr } = await server.kubectl(words);
      if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stderr}`);
      return words.includes('json') ? (JSON.parse(stdout) as unknown) : undefined;
    },
  };
}

async function observe(bench: Bench): Promise<Files> {
  await prepare(bench);
  const held = await leaseWhileHeld(bench);
  const first = await runs(bench, applying);
  const objects = await liveObjects(bench);
  const changed = await runs(bench, changing);
  await bench.kubectl(...theIncident);
  const contested = await runs(bench, contesting);
  const pruned = await runs(bench, pruning);
  return {
    'commands.json': plainJson(
      [...first, ...changed, ...contested, ...pruned, ...(await runs(bench, ending))],
      masks(bench),
    ),
    'objects.json': plainJson(objects, masks(bench)),
    'lease.json': plainJson(held, masks(bench)),
  };
}

const masks = ({ folder, server }: Bench) =>
  [
    [folder, '<folder>'],
    [new URL(server.url).host, '<server>'],
    [/"resourceVersion": "\d+"/g, '"resourceVersion": "<version>"'],
    [/"[^"/]+\/\d+\/[0-9a-f-]{36}"/g, '"<host>/<process id>/<uuid>"'],
  ] as const;

const documents: Readonly<Record<string, object>> = {
  'stack.yaml': {},
  'second.yaml': { backend: { image: 'example.test/backend:2' } },
  'external.yaml': { redis: { external: { host: 'redis.example.test' } } },
};

async function prepare({ folder, server }: Bench): Promise<void> {
  for (const [file, spec] of Object.entries(documents)) {
    const metadata = { name: stack, namespace: stack };
    const document = { apiVersion: 'mooring.dev/v1alpha1', kind: 'ChatStack', metadata, spec };
    await writeFile(join(folder, file), stringify(document));
  }
  const { status } = await server.request('POST', '/apis/storage.k8s.io/v1/storageclasses', {
    metadata: {
      name: 'standard',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'example.test/none',
    allowVolumeExpansion: true,
  });
  if (status !== 201) throw new Error(`The StorageClass was answered with ${status}.`);
}

const file = (name: string): string[] => ['-f', name, '-o', 'json'];
const unwaited = ['--no-wait', '--yes'];

const applying: readonly (readonly string[])[] = [
  ['apply', '--dry-run', ...file('stack.yaml')],
  ['apply', ...file('stack.yaml'), ...unwaited],
  ['diff', ...file('stack.yaml')],
  ['apply', ...file('stack.yaml'), ...unwaited],
  ['status', ...file('stack.yaml')],
  ['doctor', ...file('stack.yaml')],
  ['history', ...file('stack.yaml')],
];

const changing: readonly (readonly string[])[] = [
  ['rollback', '--yes', ...file('stack.yaml')],
  ['diff', ...file('second.yaml')],
  ['apply', '--dry-run', ...file('second.yaml')],
  ['apply', ...file('second.yaml'), ...unwaited],
  ['apply', ...file('second.yaml'), '--yes', '--timeout', '1'],
  ['history', ...file('second.yaml')],
  ['rollback', '9', '--yes', ...file('second.yaml')],
  ['rollback', '--dry-run', ...file('second.yaml')],
  ['rollback', ...unwaited, ...file('second.yaml')],
  ['history', ...file('second.yaml')],
  ['diff', ...file('stack.yaml')],
];

/** What the project was made against. */
const theIncident = ['-n', stack, 'set', 'env', `deployment/${stack}-backend`, 'REDIS_PORT=6380'];

const contesting: readonly (readonly string[])[] = [
  ['diff', ...file('stack.yaml')],
  ['doctor', ...file('stack.yaml')],
  ['apply', ...file('stack.yaml'), ...unwaited],
  ['apply', ...file('stack.yaml'), ...unwaited, '--force-conflicts'],
  ['diff', ...file('stack.yaml')],
];

const pruning: readonly (readonly string[])[] = [
  ['diff', ...file('external.yaml')],
  ['apply', ...file('external.yaml'), ...unwaited],
  ['apply', ...file('external.yaml'), ...unwaited, '--prune'],
  ['diff', ...file('external.yaml')],
];

const ending: readonly (readonly string[])[] = [
  ['secrets', 'rotate', '--dry-run', ...file('external.yaml')],
  ['logs', 'backend', ...file('external.yaml')],
  ['open', '--no-browser', ...file('external.yaml')],
  // Without --yes, where no terminal can be asked.
  ['apply', ...file('stack.yaml')],
  ['down', ...file('external.yaml')],
  ['down', '--dry-run', ...file('external.yaml')],
  ['down', '--yes', ...file('external.yaml')],
  ['down', '--yes', ...file('external.yaml')],
  ['status', ...file('external.yaml')],
  ['doctor', ...file('external.yaml')],
  ['secrets', 'rotate', '--dry-run', ...file('external.yaml')],
  ['down', '--dry-run', '--delete-data', ...file('external.yaml')],
  ['down', '--yes', '--delete-data', ...file('external.yaml')],
  ['history', ...file('external.yaml')],
];

async function runs(bench: Bench, all: readonly (readonly string[])[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const words of all) seen.push(await bench.mooring(words));
  return seen;
}

/** An apply that dies while it holds the Lease leaves it as others see it. */
async function leaseWhileHeld(bench: Bench): Promise<unknown> {
  const killed = { NODE_OPTIONS: `--import=${killer}`, KILL_AT_WRITE: '6' };
  await bench.mooring(['apply', '-f', 'stack.yaml', ...unwaited], killed);
  return shownOf(await bench.kubectl('-n', stack, 'get', 'leases', '-o', 'json', '--show-managed-fields'));
}

const kinds =
  'deployments,statefulsets,services,configmaps,secrets,serviceaccounts,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,ingresses,leases';

/** Every object of the namespace: its names, labels, annotations, managers, and what is written in ours. */
async function liveObjects({ kubectl }: Bench): Promise<unknown> {
  return {
    namespace: shownOf({
      items: [await kubectl('get', 'namespace', stack, '-o', 'json', '--show-managed-fields')],
    }),
    objects: shownOf(await kubectl('-n', stack, 'get', kinds, '-o', 'json', '--show-managed-fields')),
  };
}

const text = z.record(z.string(), z.string());
const live = z.looseObject({
  kind: z.string(),
  type: z.string().optional(),
  immutable: z.boolean().optional(),
  metadata: z.looseObject({
    name: z.string(),
    labels: text.optional(),
    annotations: text.optional(),
    managedFields: z.array(
      z.looseObject({ manager: z.string(), operation: z.string(), subresource: z.string().optional() }),
    ),
  }),
  data: text.optional(),
  spec: z.unknown().optional(),
});
const list = z.looseObject({ items: z.array(live) });

const shownOf = (answer: unknown): unknown =>
  list
    .parse(answer)
    .items.filter(({ metadata }) => metadata.name !== 'default')
    .map((object) => {
      const { kind, type, immutable, metadata } = object;
      const { name, labels, annotations, managedFields } = metadata;
      const managers = managedFields.map(({ manager, operation, subresource }) => ({
        manager,
        operation,
        subresource,
      }));
      return { kind, name, type, immutable, labels, annotations, managers, ...writtenIn(object) };
    });

/** What other runs read in an object, and no manifest says. */
function writtenIn({ kind, metadata, data = {}, spec }: z.infer<typeof live>): object {
  if (kind === 'Lease') return { spec };
  if (kind === 'Secret')
    return { data: Object.entries(data).map(([key, value]) => [key, valueShape(value)]) };
  if (kind !== 'ConfigMap' || !metadata.name.endsWith('-history')) return {};
  return { data: Object.entries(data).map(([key, value]) => [key, JSON.parse(value) as unknown]) };
}

/** A secret value is not the same twice; that it is one, and how long, is. */
const valueShape = (base64: string): string => {
  const value = Buffer.from(base64, 'base64').toString();
  return /^[\w-]+$/.test(value) ? `${value.length} characters of base64url` : 'something else';
};
