import { describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../kube/api.ts';
import { Cache } from '../../../operator/runtime/cache.ts';
import { Informer } from '../../../operator/runtime/informer.ts';
import type { Proxy } from '../../faults/proxy.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { startApiServer, type ApiServer } from '../../servers/kubernetes/api-server.ts';
import { until } from '../../servers/poll.ts';
import { startProxied } from './proxied.ts';

interface Lab {
  readonly server: ApiServer;
  readonly proxy: Proxy;
  /** A kubeconfig whose connections go through the proxy. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

const lab = forSuite(async (): Promise<Lab> => {
  const server = await startApiServer();
  const { proxy, kubeconfig } = await startProxied(server, 'proxied');
  return {
    ...{ server, proxy, kubeconfig },
    stop: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
});

/** An informer of the ConfigMaps of a new namespace, through the proxy. */
async function informing(namespace: string, silentMs?: number) {
  const { server, kubeconfig } = lab();
  await server.createNamespace(namespace);
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const cache = new Cache<string>();
  const restarts: unknown[] = [];
  const api = connect({ kubeconfig });
  const stopping = new AbortController();
  const informer = new Informer({
    collection: { api, path },
    cache,
    project: ({ data }) => JSON.stringify(data),
    onChange: () => undefined,
    onRestart: (error) => restarts.push(error),
    ...(silentMs === undefined ? {} : { silentMs }),
  });
  const running = informer.run(stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await running;
    api.close();
  });
  const put = async (name: string, value: string, method: 'POST' | 'PUT' = 'POST'): Promise<void> => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } };
    const at = method === 'POST' ? path : `${path}/${name}`;
    const { status } = await server.request(method, at, body);
    if (status >= 300) throw new Error(`The API server answered ${status} to ${method} ${at}.`);
  };
  const remove = (name: string) => server.request('DELETE', `${path}/${name}`);
  const shows = (name: string, value: string | undefined): Promise<void> =>
    until(
      `${name} to be ${String(value)}`,
      () =>
        Promise.resolve(
          cache.get(`${namespace}/${name}`) === (value === undefined ? undefined : JSON.stringify({ value })),
        ),
      20_000,
    );
  await informer.synced;
  return { cache, restarts, put, remove, shows, informer };
}

describe('an informer on a real API server', () => {
  test('fills its cache page by page, and follows every change', async () => {
    const { server } = lab();
    await server.createNamespace('many');
    const names = Array.from({ length: 620 }, (_, index) => `map-${index}`);
    const path = '/api/v1/namespaces/many/configmaps';
    await Promise.all(
      names.map((name) =>
        server.request('POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }),
      ),
    );
    const cache = new Cache<true>();
    const api = connect({ kubeconfig: server.kubeconfigPath });
    const stopping = new AbortController();
    const informer = new Informer({
      collection: { api, path },
      cache,
      project: () => true as const,
      onChange: () => undefined,
      onRestart: () => undefined,
    });
    const running = informer.run(stopping.signal);
    await informer.synced;
    expect(cache.size).toBe(names.length);
    stopping.abort();
    await running;
    api.close();
  });

  test('sees what is added, changed and deleted', async () => {
    const { put, remove, shows } = await informing('followed');
    await put('a', '1');
    await shows('a', '1');
    await put('a', '2', 'PUT');
    await shows('a', '2');
    await remove('a');
    await shows('a', undefined);
  });

  test('misses nothing of what happened while its connection was refused', async () => {
    const { put, remove, shows, restarts } = await informing('cut');
    await put('a', '1');
    await put('b', '1');
    await shows('b', '1');
    await lab().proxy.down();
    await put('a', '2', 'PUT');
    await put('c', '1');
    await remove('b');
    await until('the informer to notice', () => Promise.resolve(restarts.length > 0), 20_000);
    await lab().proxy.up();
    await shows('c', '1');
    await shows('a', '2');
    await shows('b', undefined);
  });

  test('notices a connection that lets nothing through, and misses nothing', async () => {
    const { put, shows, restarts } = await informing('silent', 1_000);
    await put('a', '0');
    await shows('a', '0');
    lab().proxy.timeout();
    await put('a', '1', 'PUT');
    const isSilent = () => restarts.some((error) => (error as Error).name === 'WatchSilent');
    await until('the silence to be noticed', () => Promise.resolve(isSilent()), 20_000);
    await lab().proxy.up();
    await shows('a', '1');
  });
});
