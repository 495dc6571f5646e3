import type { ApiAnswer, RequestOf } from '../../../kube/api.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import type { PodView } from '../../../operator/gates/pod-view.ts';
import type { Condition } from '../../../operator/conditions.ts';
import { podKeyOf } from '../../../operator/gates/pod-view.ts';
import { configDigestAnnotation } from '../../../model/names.ts';

interface Body {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly status: { readonly conditions: readonly Condition[] };
}

/** The API server as far as pods' status goes: pods by key, versions, and the merge of conditions by type. */
export class PodApi {
  readonly pods = new Map<string, PodView>();
  /** Every request in order, such as `PATCH n/web-1`. */
  readonly requests: string[] = [];
  /** The query and the content type of every PATCH. */
  readonly sent: { readonly query: unknown; readonly contentType: unknown }[] = [];
  /** Called before each PATCH is looked at: what others do meanwhile, or what is thrown instead of an answer. */
  meanwhile: () => void = () => undefined;
  #version = 100;

  get api(): Cluster['api'] {
    const api: Pick<Cluster['api'], 'request'> = {
      request: (method, path, request) => Promise.resolve().then(() => this.#answer(method, path, request)),
    };
    return api as Cluster['api'];
  }

  /** Writes a pod as others do, with a new version. */
  put(pod: PodView): PodView {
    const written = { ...pod, resourceVersion: String(++this.#version) };
    this.pods.set(podKeyOf(pod), written);
    return written;
  }

  get writes(): number {
    return this.requests.filter((request) => request.startsWith('PATCH')).length;
  }

  #answer(
    method: string,
    path: string,
    { body, query, contentType, accept = [] }: RequestOf = {},
  ): ApiAnswer {
    const [, namespace = '', name = ''] = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)/.exec(path) ?? [];
    const key = `${namespace}/${name}`;
    this.requests.push(`${method} ${key}`);
    if (method === 'PATCH') {
      this.sent.push({ query, contentType });
      this.meanwhile();
    }
    const pod = this.pods.get(key);
    const status = pod ? (method === 'PATCH' ? this.#patch(pod, body as Body) : 200) : 404;
    if (status !== 200 && !accept.includes(status)) throw new Error(`The API server answers ${status}.`);
    const now = this.pods.get(key);
    return { status, json: now && objectOf(now), warnings: [] };
  }

  #patch(pod: PodView, { metadata, status }: Body): number {
    if (metadata.uid !== pod.uid || metadata.resourceVersion !== pod.resourceVersion) return 409;
    const types = status.conditions.map(({ type }) => type);
    const others = pod.conditions.filter(({ type }) => !types.includes(type));
    this.put({ ...pod, conditions: [...others, ...status.conditions] });
    return 200;
  }
}

const objectOf = ({ name, namespace, uid, resourceVersion, ...pod }: PodView): object => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: {
    ...{ name, namespace, uid, resourceVersion },
    labels: { 'app.kubernetes.io/instance': pod.stack, 'app.kubernetes.io/name': pod.service },
    annotations: { [configDigestAnnotation]: pod.digest },
  },
  spec: {
    readinessGates: pod.gates.map((conditionType) => ({ conditionType })),
    containers: [
      {
        name: 'web',
        ports: Object.entries(pod.ports).map(([name, containerPort]) => ({ name, containerPort })),
      },
    ],
  },
  status: { phase: 'Running', podIP: pod.ip, conditions: pod.conditions },
});
