import { attributesOf, attributesOfWatch, isDenied, type Attributes } from '../../kube/access-review.ts';
import { applyContentType, type RequestOf } from '../../kube/api.ts';
import { isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { pause } from './pause.ts';

/** A permission that is missing. */
interface Denial {
  readonly attributes: Attributes;
  /** Whether it was an apply, which needs `create` for an object that is not there. */
  readonly creates: boolean;
  /** The API server's words, which name it. */
  readonly message: string;
}

/** How often it is asked whether a permission has been granted meanwhile. */
const againMs = 5_000;

/** The permissions for want of which requests of this process were refused, until they are granted. */
export class Denials {
  readonly #cluster: Cluster;
  /** By verb, resource and namespace. */
  readonly #denied = new Map<string, Denial>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** The same cluster; what it refuses for want of a permission is noted. */
  get cluster(): Cluster {
    const { api } = this.#cluster;
    return {
      ...this.#cluster,
      api: {
        ...api,
        request: (method, path, request) =>
          api.request(method, path, request).catch((error: unknown) => {
            throw this.#noted(error, attributesOf(method, path), request);
          }),
        stream: (path, request) =>
          api.stream(path, request).catch((error: unknown) => {
            throw this.#noted(error, attributesOfWatch(path), request);
          }),
      },
    };
  }

  /** A line for each permission that is missing. */
  get problems(): string[] {
    return [...this.#denied.values()].map(({ message }) => message);
  }

  /** Asks again and again which of them have been granted, until the signal is aborted; never rejects. */
  async run(signal: AbortSignal, everyMs = againMs): Promise<void> {
    while (!signal.aborted) {
      for (const [key, denial] of this.#denied)
        if (!(await this.#isStillDenied(denial, signal))) this.#denied.delete(key);
      await pause(everyMs, signal);
    }
  }

  #noted(error: unknown, attributes: Attributes, { contentType }: RequestOf = {}): unknown {
    if (!isClusterError(error, 'CLUSTER_DENIED')) return error;
    const { verb, resource = '', spec } = attributes;
    const key = `${verb} ${resource} ${spec.resourceAttributes?.namespace ?? ''}`;
    const creates = contentType === applyContentType;
    this.#denied.set(key, { attributes, creates, message: error.message });
    return error;
  }

  /** An API server that cannot be asked has granted nothing. */
  #isStillDenied({ attributes, creates }: Denial, signal: AbortSignal): Promise<boolean> {
    return isDenied(this.#cluster.api, attributes, { creates, signal }).catch(() => true);
  }
}
