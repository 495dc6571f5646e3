import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { capture } from '../../servers/command.ts';
import { startApiServer, type ApiServer } from '../../servers/kubernetes/api-server.ts';

const itself = fileURLToPath(new URL('../../../cli/main.mjs', import.meta.url));

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An API server with a default StorageClass, and the program as a user runs it against it. */
export interface Lab {
  readonly server: ApiServer;
  /** A folder of the lab's own. */
  readonly folder: string;
  /** Runs `mooring <words>` with the administrator's kubeconfig, unless told otherwise. */
  readonly mooring: (
    words: readonly string[],
    options?: { kubeconfig?: string; env?: Readonly<Record<string, string>> },
  ) => Promise<Ended>;
  /** Writes a document and answers its path. */
  readonly document: (name: string, spec?: object) => Promise<string>;
  /** Runs kubectl; answers what it printed, and fails the test where it fails. */
  readonly kubectl: (words: readonly string[], input?: string) => Promise<string>;
  /** A field of a live object, by kubectl's jsonpath. */
  readonly field: (namespace: string, object: string, jsonpath: string) => Promise<string>;
  /** The path of a kubeconfig for a token. */
  readonly kubeconfigOf: (token: string) => Promise<string>;
  stop(): Promise<void>;
}

/** @param program the file that is run as `mooring`. */
export async function startLab(program = itself): Promise<Lab> {
  const server = await startApiServer();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-cli-'));
  const kubectl: Lab['kubectl'] = async (words, input) => {
    const { code, stdout, stderr } = await server.kubectl(words, input === undefined ? {} : { input });
    expect(code, `kubectl ${words.join(' ')}: ${stderr}`).toBe(0);
    return stdout.trim();
  };
  await kubectl(['apply', '-f', '-'], JSON.stringify(storageClass('standard', true)));
  return {
    server,
    folder,
    kubectl,
    mooring: (words, { kubeconfig = server.kubeconfigPath, env = {} } = {}) =>
      capture(process.execPath, [program, ...words], {
        cwd: folder,
        env: { KUBECONFIG: kubeconfig, MOORING_STACK: '', NO_COLOR: '1', ...env },
      }),
    document: (name, spec = {}) => writeDocument(folder, name, spec),
    field: (namespace, object, jsonpath) =>
      kubectl(['-n', namespace, 'get', object, '-o', `jsonpath=${jsonpath}`]),
    kubeconfigOf: (token) => kubeconfigOf({ folder, server }, token),
    stop: async () => {
      await rm(folder, { recursive: true, force: true });
      await server.stop();
    },
  };
}

async function kubeconfigOf(
  { folder, server }: Pick<Lab, 'folder' | 'server'>,
  token: string,
): Promise<string> {
  const path = join(folder, 'token.kubeconfig');
  const name = 'token';
  const ca = Buffer.from(server.caPem).toString('base64');
  const content = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': name },
    clusters: [{ name, cluster: { server: server.url, 'certificate-authority-data': ca } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  await writeFile(path, stringify(content), { mode: 0o600 });
  return path;
}

/** A stack of this name, alone in a namespace of this name. */
async function writeDocument(folder: string, name: string, spec: object): Promise<string> {
  const path = join(folder, `${name}-${written++}.yaml`);
  await writeFile(
    path,
    stringify({
      apiVersion: 'mooring.dev/v1alpha1',
      kind: 'ChatStack',
      metadata: { name, namespace: name },
      spec,
    }),
  );
  return path;
}
let written = 0;

export const storageClass = (name: string, isDefault = false, allowVolumeExpansion = true): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name,
    ...(isDefault ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}),
  },
  provisioner: 'example.test/none',
  allowVolumeExpansion,
});

/** What an apply takes where nothing can ever run. */
export const applied = (file: string, ...more: string[]): string[] => [
  ...['apply', '-f', file, '--no-wait', '--yes'],
  ...more,
];
