import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { operatorImage } from '../../images/app-image.ts';
import { debianImage, nodeImage } from '../../images/base-images.ts';
import { buildStoreImages } from '../../images/build-images.ts';
import { exampleImage, exampleOperatorImage, pythonImage } from '../../images/example-image.ts';
import { startCluster, type Cluster } from '../../lab/cluster.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { orStop } from '../../servers/or-stop.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';
import { startProcess } from '../../servers/process.ts';
import { copiedExample, shellIn } from '../../e2e/package-folder.ts';
import { say } from '../operator/lab.ts';

/** What people who have never seen this repository have: a cluster, images of theirs, the package in a folder. */
export interface ExampleLab {
  readonly cluster: Cluster;
  /** The example's folder, with the package installed. */
  readonly folder: string;
  /** Runs commands there, with the cluster as the current context. Rejects when one fails. */
  readonly shell: (script: string) => Promise<string>;
  /** Runs kubectl in a namespace; answers what it printed. Rejects when it fails. */
  readonly kubectl: (namespace: string, ...words: string[]) => Promise<string>;
  /** Forwards a port of a Service to this machine while `work` runs with it. */
  readonly forwarded: <T>(to: ServicePort, work: (address: string) => Promise<T>) => Promise<T>;
  readonly operator: string;
  readonly stop: () => Promise<void>;
}

interface ServicePort {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

/** A cluster that has the images of examples/fastapi-chat. Rejects with `Unavailable` where there can be none. */
export async function startFastapiChat(): Promise<ExampleLab> {
  const debian = await debianImage(say);
  const stores = await buildStoreImages(say);
  const app = await exampleImage('fastapi-chat', await pythonImage(debian, say), say);
  const usual = await operatorImage(await nodeImage(debian, say), say);
  const operator = await exampleOperatorImage('fastapi-chat', usual, say);
  const cluster = await startCluster();
  return orStop(
    () => cluster.stop(),
    async () => {
      for (const { tarPath } of [...Object.values(stores), app, operator]) await cluster.importImage(tarPath);
      const copied = await copiedExample('fastapi-chat');
      const { redis, neo4j, qdrant } = stores;
      const images = { backend: app.ref, redis: redis.ref, neo4j: neo4j.ref, qdrant: qdrant.ref };
      const document = {
        ...{ apiVersion: 'example.com/v1alpha1', kind: 'MemoryChat' },
        ...{ metadata: { name: 'chat', namespace: 'chat' }, spec: { images } },
      };
      await writeFile(join(copied.folder, 'stack.yaml'), stringify(document));
      const stop = async (): Promise<void> => {
        await cluster.stop();
        await copied.stop();
      };
      return { ...reached(cluster, copied.folder), operator: operator.ref, stop };
    },
  );
}

function reached(cluster: Cluster, folder: string): Omit<ExampleLab, 'operator' | 'stop'> {
  return {
    ...{ cluster, folder },
    shell: (script) => shellIn(folder, script, { KUBECONFIG: cluster.kubeconfigPath }),
    kubectl: async (namespace, ...words) => {
      const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, ...words]);
      if (code !== 0) throw new Error(`kubectl ${words.join(' ')} failed: ${stderr}`);
      return stdout.trim();
    },
    forwarded: async ({ namespace, service, port }, work) => {
      const own = await freePort();
      const forward = await startProcess({
        command: await builtProgram('kubectl'),
        args: [
          ...['--kubeconfig', cluster.kubeconfigPath, '-n', namespace],
          ...['port-forward', `service/${service}`, `${own}:${port}`],
        ],
        logFile: join(folder, 'forward.log'),
        readyWhen: { logLine: /^Forwarding from/m },
      });
      try {
        return await work(`${LOOPBACK}:${own}`);
      } finally {
        await forward.stop();
      }
    },
  };
}
