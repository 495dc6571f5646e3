import type { Cluster } from '../../../kube/cluster.ts';
import { watch } from '../../../operator/runtime/list-watch.ts';
import { placeOf } from './place.ts';

interface RedisService {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec: { readonly ports: readonly { readonly port: number }[] };
}

/** The time from the answer to an edit of a Service's port until a watch shows the rendered one again, in ms each. */
export async function healTimes(
  { api }: Cluster,
  { edits, stacks }: { readonly edits: number; readonly stacks: number },
): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < edits; index++) {
    const { namespace, name } = placeOf((index * 7) % stacks);
    const path = `/api/v1/namespaces/${namespace}/services`;
    const { json } = await api.request('PATCH', `${path}/${name}-redis`, {
      query: { fieldManager: 'kubectl-edit' },
      contentType: 'application/json-patch+json',
      body: [{ op: 'replace', path: '/spec/ports/0/port', value: 6380 }],
    });
    const edited = performance.now();
    await untilPort(api, path, `${name}-redis`, (json as RedisService).metadata.resourceVersion);
    times.push(performance.now() - edited);
  }
  return times;
}

async function untilPort(
  api: Cluster['api'],
  path: string,
  name: string,
  resourceVersion: string,
): Promise<void> {
  const ended = new AbortController();
  const collection = { api, path, query: { fieldSelector: `metadata.name=${name}` } };
  const options = { resourceVersion, silentMs: 60_000, signal: ended.signal };
  for await (const { object } of watch(collection, options)) {
    if ((object as unknown as RedisService).spec.ports[0]?.port === 6379) break;
  }
  ended.abort();
}
