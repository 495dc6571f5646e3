import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { openCluster } from '../../../../kube/cluster.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import { applyObject } from '../../../../kube/server-side-apply.ts';
import type { ApiServer } from '../../../servers/kubernetes/api-server.ts';
import { goProgram } from '../../../servers/kubernetes/go-program.ts';
import { until } from '../../../servers/poll.ts';
import { freePort, LOOPBACK } from '../../../servers/ports.ts';
import { run, startProcess, type RunningProcess } from '../../../servers/process.ts';
import type { Documents } from '../stacks.ts';
import type { Stops } from '../stops.ts';
import { placeholders, templateObjects } from './template.ts';

const modulePath = 'github.com/kubernetes-sigs/kro';
const goFolder = '../../bench/operator/peers/kro';

/** kro makes a kind of this name out of a definition. */
const kind = 'KroStack';
const apiVersion = 'kro.run/v1alpha1';

/** Instances of a kind of kro's with the same objects. */
export const kroStacks: Documents = {
  documentOf: (namespace, name) => ({ apiVersion, kind, metadata: { name, namespace }, spec: {} }),
  isApplied: ({ status }) => status?.state === 'ACTIVE',
};

/** Has kro make its kind: installs its definitions, and runs it until the API server serves the kind. */
export async function prepareKro(server: ApiServer, folder: string): Promise<void> {
  const cluster = openCluster({ kubeconfig: server.kubeconfigPath }, 'bench');
  const kro = await launchKro(server, folder, async () => {
    for (const definition of await kroDefinitions()) await applyObject(cluster, definition);
  });
  try {
    await until(
      'kro to take the definition',
      () => applyObject(cluster, definitionOfStacks()).then(() => true),
      60_000,
    );
    await until(
      'kro to make its kind',
      async () =>
        (await cluster.api.request('GET', `/apis/${apiVersion}/krostacks`, { accept: [404] })).status === 200,
      120_000,
    );
  } finally {
    await kro.stop();
    cluster.api.close();
  }
}

/** Starts kro with the settings of its chart. */
export async function startKro(server: ApiServer, folder: string, stops: Stops): Promise<RunningProcess> {
  return stops.keep(await launchKro(server, folder));
}

async function launchKro(
  { kubeconfigPath }: ApiServer,
  folder: string,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<RunningProcess> {
  const command = await goProgram({
    name: 'kro',
    module: { folder: goFolder, versionOf: modulePath },
    package: `${modulePath}/cmd/controller`,
  });
  await before();
  const health = await freePort();
  return startProcess({
    command,
    args: [
      `--metrics-bind-address=${LOOPBACK}:${await freePort()}`,
      `--health-probe-bind-address=${LOOPBACK}:${health}`,
      '--zap-log-level=error',
    ],
    env: { KUBECONFIG: kubeconfigPath },
    logFile: join(folder, 'kro.log'),
    readyWhen: { check: async () => (await fetch(`http://${LOOPBACK}:${health}/readyz`)).ok },
  });
}

/** kro's own CustomResourceDefinitions, of its sources. */
async function kroDefinitions(): Promise<KubeObject[]> {
  const cwd = join(import.meta.dirname, 'kro');
  const { stdout } = await run('go', ['list', '-m', '-f', '{{.Dir}}', modulePath], { cwd });
  const crds = join(stdout.trim(), 'helm/crds');
  const files = (await readdir(crds)).filter((name) => name.endsWith('.yaml'));
  const texts = await Promise.all(files.map((name) => readFile(join(crds, name), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubeObject));
}

function definitionOfStacks(): KubeObject {
  const text = JSON.stringify(templateObjects())
    // A text of the stack itself in that form would be taken for one of kro's expressions.
    .replaceAll('${', () => "${'$'}{")
    .replaceAll(placeholders.namespace, '${schema.metadata.namespace}')
    .replaceAll(placeholders.name, '${schema.metadata.name}');
  const templates = JSON.parse(text) as object[];
  return {
    apiVersion: 'kro.run/v1alpha1',
    kind: 'ResourceGraphDefinition',
    metadata: { name: 'krostacks' },
    spec: {
      schema: { apiVersion: 'v1alpha1', kind, spec: { size: 'string | default=staging' } },
      resources: templates.map((template, index) => ({ id: `object${index}`, template })),
    },
  };
}
