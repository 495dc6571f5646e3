import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { capture } from '../../servers/command.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';
import type { Files } from '../frozen.ts';
import { plainJson } from '../plain.ts';
import { program, storeNames } from '../subject.ts';

/** Manifests as JSON: their bytes are of another part, so only which they are. */
const manifestList = z.object({
  kind: z.literal('List'),
  items: z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) })),
});

const root = resolve(import.meta.dirname, '../../..');
const broken = (name: string): string => join(root, 'test/proof/broken', `${name}.yaml`);

/** How one run ended: its exit code and, of `-o json`, what it said. */
interface Seen {
  readonly words: string;
  readonly code: number | null;
  readonly json?: unknown;
}

/** One run after the other, each a process of its own as a user starts it, in a folder that is empty at first. */
const steps: readonly (readonly string[] | { readonly write: string; readonly text: string })[] = [
  ['init', '-o', 'json'],
  ['init', '-o', 'json'],
  ['init', 'clinic.yaml', '--name', 'clinic', '-n', 'wards', '--preset', 'production', '-o', 'json'],
  ['init', '--name', 'A_b'],
  ['synth', '--check', '-o', 'json'],
  ['synth', '-o', 'json'],
  ['synth', '--check', '-o', 'json'],
  ['verify', '-o', 'json'],
  { write: 'dist/redis.k8s.yaml', text: 'edited: true\n' },
  { write: 'dist/old.k8s.yaml', text: '' },
  ['synth', '--check', '-o', 'json'],
  { write: 'kept.yaml', text: 'spec: { secrets: { existingSecret: kept } }\n' },
  ['synth', '-f', 'kept.yaml', '--stdout', '-o', 'json'],
  { write: 'wrong.yaml', text: 'spec: { redsi: 1 }\n' },
  ['synth', '-f', 'wrong.yaml'],
  ['synth', '-f', 'nowhere.yaml'],
  ['verify', '-o', 'json', broken('01-the-incident')],
  ['verify', '-o', 'json', broken('05-unquoted'), broken('12-secret-key')],
  ['verify', '-o', 'json', broken('19-policy')],
  ['verify', '-o', 'json', broken('25-no-yaml')],
  ['verify', '-o', 'json', 'nowhere'],
  ['explain', 'REDIS_PORT', '-o', 'json'],
  ['explain', 'NEO4J_PASSWORD', '-o', 'json'],
  ['explain', '6379', '-o', 'json'],
  ['explain', '6380', '-o', 'json'],
  ['explain', 'spec.redis.storage', '-o', 'json'],
  ['explain', 'spec.ingress', '-o', 'json'],
  ['explain', 'REDIS_PROT'],
  ['explain', '6379', '-o', 'xml'],
  ['env', 'typescript', 'qdrant', '-o', 'json'],
  ['env', 'python'],
  ['env', 'python', 'backend', '--out', 'settings.py', '-o', 'json'],
  ['env', 'python', 'backend', '--check', 'settings.py', '-o', 'json'],
  { write: 'settings.py', text: 'REDIS_PORT = 6380\n' },
  ['env', 'python', 'backend', '--check', 'settings.py'],
  ['env', 'python', 'backend', '--out', 'settings.py'],
  ['doctor', '--local', '-o', 'json'],
  { write: 'wrong.env', text: 'REDIS_PORT=tcp://10.0.0.1:6379\n' },
  ['doctor', '--local', '--dotenv', 'wrong.env', '-o', 'json'],
  ['doctor', '--local', '--dotenv', 'no.env'],
  ['doctor', '--dotenv', 'wrong.env'],
  ['completion', 'bash'],
  ['completion', 'zsh'],
  ['completion', 'fish'],
  ['completion', 'tcsh'],
  ['complete', '--', ''],
  ['complete', '--', 'status', '--'],
  ['complete', '--', 'status', '--output', ''],
  ['complete', '--', 'secrets', ''],
  [],
  ['--help'],
  ['--version'],
  ['synht'],
  ['status', '--wacth'],
  ...['apply', 'diff', 'history', 'rollback', 'down', 'status', 'open', 'doctor', 'logs'].map((name) => [
    name,
  ]),
  ['secrets', 'rotate'],
  ...['apply', 'status'].map((name) => [name, '--kubeconfig', 'kubeconfig.yaml']),
  ['status', '--kubeconfig', 'kubeconfig.yaml', '--context', 'prod'],
  ['logs', '--since', 'yesterday', '--kubeconfig', 'kubeconfig.yaml'],
  ['logs', 'bakcend', '--kubeconfig', 'kubeconfig.yaml'],
  ['open', '--port', 'many', '--kubeconfig', 'kubeconfig.yaml'],
  ['apply', '--timeout', 'soon', '--kubeconfig', 'kubeconfig.yaml'],
  ['apply', '--delete-data', '--kubeconfig', 'kubeconfig.yaml'],
  ['down', '--delete-namespace', '--kubeconfig', 'kubeconfig.yaml'],
];

/** What every command that needs no cluster says and ends with, and with what all others end where none is. */
export async function observeCommands(): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-freeze-'));
  try {
    await writeFile(join(folder, 'kubeconfig.yaml'), await kubeconfigOfNobody());
    const ports = { HTTP_PORT: String(await freePort()), METRICS_PORT: String(await freePort()) };
    const seen: Seen[] = [];
    for (const step of steps)
      if ('write' in step) await writeFile(join(folder, step.write), step.text);
      else seen.push(await runOf(folder, step, ports));
    const masks = [
      [root, '<root>'],
      [folder, '<folder>'],
      [ports.HTTP_PORT, '<http port>'],
      [ports.METRICS_PORT, '<metrics port>'],
    ] as const;
    return {
      'offline.json': plainJson(seen, masks),
      'init-stack.yaml': withoutComments(await readFile(join(folder, 'stack.yaml'), 'utf8')),
      'init-clinic.yaml': withoutComments(await readFile(join(folder, 'clinic.yaml'), 'utf8')),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runOf(
  folder: string,
  words: readonly string[],
  ports: Readonly<Record<string, string>>,
): Promise<Seen> {
  const { code, stdout } = await capture(process.execPath, [join(root, program), ...words], {
    cwd: folder,
    env: {
      ...{
        MOORING_CALLED_AS: 'mooring',
        MOORING_STACK: '',
        KUBECONFIG: '',
        HOME: folder,
        NO_COLOR: '1',
        CI: '',
      },
      ...ports,
      EMBEDDED_STORES: storeNames.join(','),
    },
  });
  const shown = words.join(' ');
  if (words.includes('json') && stdout !== '')
    return { words: shown, code, json: readable(JSON.parse(stdout)) };
  // Which words a shell is offered, without what is said of them.
  if (words[0] === 'complete')
    return { words: shown, code, json: stdout.split('\n').map((line) => line.split('\t')[0]) };
  return { words: shown, code };
}

function readable(json: unknown): unknown {
  const manifests = manifestList.safeParse(json);
  return manifests.success
    ? manifests.data.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    : json;
}

/** Nobody listens at its server. */
async function kubeconfigOfNobody(): Promise<string> {
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
    clusters: [{ name: 'here', cluster: { server: `https://${LOOPBACK}:${await freePort()}` } }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    users: [{ name: 'me', user: { token: 'a-token-of-the-tests' } }],
  });
}

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/\s+#.*$/, ''))
    .join('\n');
