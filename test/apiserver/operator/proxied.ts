import { readFile, writeFile } from 'node:fs/promises';
import { startProxy, type Proxy } from '../../faults/proxy.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';

/** A proxy in front of an API server, and a kubeconfig whose connections go through it. `name` is part of its file's. */
export async function startProxied(
  { url, kubeconfigPath }: ApiServer,
  name: string,
): Promise<{ readonly proxy: Proxy; readonly kubeconfig: string }> {
  const { hostname: host, port } = new URL(url);
  const proxy = await startProxy({ host, port: Number(port) });
  const kubeconfig = `${kubeconfigPath}-${name}`;
  const text = await readFile(kubeconfigPath, 'utf8');
  await writeFile(kubeconfig, text.replace(`:${port}`, `:${proxy.port}`), { mode: 0o600 });
  return { proxy, kubeconfig };
}
