import type { Cluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { watch } from '../../../operator/runtime/list-watch.ts';
import { placeOf } from './place.ts';

/** An edit of one object of a stack, which is drift. */
export interface TimedEdit {
  readonly plural: 'services' | 'configmaps';
  /** The object's name after the stack's. */
  readonly suffix: string;
  readonly operation: { readonly op: 'replace'; readonly path: string; readonly value: unknown };
  readonly isBack: (object: KubeObject) => boolean;
}

/** The incident: Redis' Service on another port. */
export const incident: TimedEdit = {
  plural: 'services',
  suffix: '-redis',
  operation: { op: 'replace', path: '/spec/ports/0/port', value: 6380 },
  isBack: (object) => (object as unknown as RedisService).spec.ports.every(({ port }) => port === 6379),
};

interface RedisService {
  readonly spec: { readonly ports: readonly { readonly port: number }[] };
}

/** Another host of Neo4j in the backend's configuration. */
export const otherHost: TimedEdit = {
  plural: 'configmaps',
  suffix: '-backend-config',
  operation: { op: 'replace', path: '/data/NEO4J_HOST', value: 'elsewhere' },
  isBack: (object) => (object as unknown as Configuration).data['NEO4J_HOST'] !== 'elsewhere',
};

interface Configuration {
  readonly data: Readonly<Record<string, string>>;
}

export interface Edits {
  readonly edits: number;
  /** Of so many stacks. */
  readonly stacks: number;
  readonly edit: TimedEdit;
}

/** An edit that is there for so long is not healed. */
const limitMs = 20_000;

/**
 * The time from the answer to an edit until a watch shows the rendered value again, in ms each; Infinity where it does
 * not come back.
 */
export async function healTimes(cluster: Cluster, { edits, stacks, edit }: Edits): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < edits; index++) times.push(await healTime(cluster, (index * 7) % stacks, edit));
  return times;
}

async function healTime({ api }: Cluster, stack: number, edit: TimedEdit): Promise<number> {
  const { namespace, name } = placeOf(stack);
  const [path, object] = [`/api/v1/namespaces/${namespace}/${edit.plural}`, `${name}${edit.suffix}`];
  const { json } = await api.request('PATCH', `${path}/${object}`, {
    query: { fieldManager: 'kubectl-edit' },
    contentType: 'application/json-patch+json',
    body: [edit.operation],
  });
  const edited = performance.now();
  const collection = { api, path, query: { fieldSelector: `metadata.name=${object}` } };
  const { resourceVersion = '' } = (json as KubeObject).metadata;
  const ended = AbortSignal.timeout(limitMs);
  try {
    const changes = watch(collection, { resourceVersion, silentMs: 2 * limitMs, signal: ended });
    for await (const { type, object: seen } of changes)
      if (type !== 'BOOKMARK' && edit.isBack(seen)) return performance.now() - edited;
  } catch (error) {
    if (!ended.aborted) throw error;
  }
  return Infinity;
}
