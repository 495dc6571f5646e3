import { serviceOf } from '../../model/environment.ts';
import type { CheckResult } from '../../model/stack-kind.ts';
import type { Stack } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { PodPort } from '../../kube/port-forward.ts';
import { reachOfPod, servicePorts } from '../../deploy/reach.ts';
import type { BoundCheck } from '../../deploy/rollout/stack-check.ts';

/** How old an early check may be, in milliseconds; Kubernetes notices a ready pod within a second. */
const freshMs = 5_000;

/**
 * Checks of pods that report to be ready before the Service leads to them: Kubernetes takes up to a second to notice.
 * An early check counts only where the Service then leads.
 */
export class EarlyChecks {
  readonly #cluster: Cluster;
  readonly #stack: Stack;
  readonly #check: BoundCheck;
  readonly #begun = new Map<string, Begun>();

  constructor(cluster: Cluster, stack: Stack, check: BoundCheck) {
    this.#cluster = cluster;
    this.#stack = stack;
    this.#check = check;
  }

  /** Begins one, unless a fresh one exists. A failure is ignored: the pod may not have been ready after all. */
  begin(service: string, pod: string): void {
    const { through, run } = this.#check;
    const port = serviceOf(this.#stack, through.service).ports[through.port]?.containerPort;
    if (service !== through.service || port === undefined || this.#resultAt({ pod, port })) return;
    const result = run(reachOfPod(this.#cluster, this.#stack, { service, pod })).catch(() => undefined);
    this.#begun.set(keyOf({ pod, port }), { at: performance.now(), result });
  }

  /** The result of a fresh check that passed where the Service leads now. */
  async result(signal?: AbortSignal): Promise<CheckResult | undefined> {
    for (const place of await servicePorts(this.#cluster, this.#stack, this.#check.through, signal)) {
      const result = await this.#resultAt(place);
      if (result) return result;
    }
    return undefined;
  }

  /** The result of a fresh check at this port of this pod; resolves to `undefined` where it failed. */
  #resultAt(place: Pick<PodPort, 'pod' | 'port'>): Begun['result'] | undefined {
    const begun = this.#begun.get(keyOf(place));
    return begun && performance.now() - begun.at < freshMs ? begun.result : undefined;
  }
}

interface Begun {
  readonly at: number;
  readonly result: Promise<CheckResult | undefined>;
}

const keyOf = ({ pod, port }: Pick<PodPort, 'pod' | 'port'>): string => `${pod}:${port}`;
