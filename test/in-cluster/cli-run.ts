import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { standInStack } from '../images/stand-in-stack.ts';
import type { Cluster } from '../lab/cluster.ts';
import { startChatCluster } from './stack/chat-cluster.ts';

const program = fileURLToPath(new URL('../../cli/main.mjs', import.meta.url));

/** How a run of the program ended; `code` is null where a signal ended it. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Ends a run when it has said something: by Ctrl-C, or as a lost machine does. */
export interface Cut {
  readonly when: RegExp;
  readonly signal: 'SIGINT' | 'SIGKILL';
}

/** A cluster, and the program as a user runs it against it. */
export interface CliLab {
  readonly cluster: Cluster;
  readonly mooring: (words: readonly string[], cut?: Cut) => Promise<Ended>;
  /** Writes a document of the built images, with these parts of `spec` added, and answers its path. */
  readonly document: (metadata: { name: string; namespace: string }, spec?: Spec) => Promise<string>;
  /** Runs kubectl; answers what it printed. Rejects when it fails. */
  readonly kubectl: (...words: string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

type Spec = Readonly<Record<string, Readonly<Record<string, unknown>> | boolean>>;

/** Rejects with `Unavailable` where there can be no cluster or no images. */
export async function startCliLab(): Promise<CliLab & { images: Record<'app' | 'redis', string> }> {
  const { cluster, images, stop } = await startChatCluster();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-cli-'));
  let written = 0;
  return {
    cluster,
    images: { app: images.app.ref, redis: images.redis.ref },
    mooring: (words, cut) => run(words, { folder, kubeconfig: cluster.kubeconfigPath, cut }),
    document: async (metadata, spec = {}) => {
      const base = standInStack(images) as { spec: Record<string, object> };
      const chosen = Object.entries(spec).map(([key, value]) => [
        key,
        typeof value === 'boolean' || 'external' in value ? value : { ...base.spec[key], ...value },
      ]);
      const path = join(folder, `stack-${written++}.yaml`);
      const document = {
        ...base,
        metadata,
        spec: { ...base.spec, ...(Object.fromEntries(chosen) as object) },
      };
      await writeFile(path, stringify(document));
      return path;
    },
    kubectl: async (...words) => {
      const { code, stdout, stderr } = await cluster.kubectl(words);
      if (code !== 0) throw new Error(`kubectl ${words.join(' ')} failed: ${stderr}`);
      return stdout.trim();
    },
    stop: async () => {
      await rm(folder, { recursive: true, force: true });
      await stop();
    },
  };
}

function run(
  words: readonly string[],
  { folder, kubeconfig, cut }: { folder: string; kubeconfig: string; cut: Cut | undefined },
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    env: { ...process.env, KUBECONFIG: kubeconfig, MOORING_STACK: '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  let isCut = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (!cut || isCut || !cut.when.test(stderr)) return;
    isCut = true;
    child.kill(cut.signal);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
