import type { Selector } from '../shapes/common.ts';
import { withoutMade } from './made-labels.ts';
import { selects } from './selectors.ts';
import type { Workload } from './workloads.ts';

/** Workloads by namespace and by each label of their pods, so that a selector looks at few of them. */
export class WorkloadIndex {
  readonly #byNamespace: Map<string, Workload[]>;
  readonly #byLabel = new Map<string, Workload[]>();

  constructor(workloads: readonly Workload[]) {
    this.#byNamespace = Map.groupBy(workloads, ({ namespace }) => namespace);
    for (const workload of workloads)
      for (const [key, value] of Object.entries(workload.labels)) {
        const at = labelKey(workload.namespace, key, value);
        const found = this.#byLabel.get(at);
        if (found) found.push(workload);
        else this.#byLabel.set(at, [workload]);
      }
  }

  in(namespace: string): readonly Workload[] {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /** The workloads of a namespace whose pods a selector selects, in the order they are written. */
  selected(namespace: string, selector: Selector): Workload[] {
    const { written, isGiven } = withoutMade(selector.matchLabels);
    const candidates = Object.entries(written)
      .map(([key, value]) => this.#byLabel.get(labelKey(namespace, key, value)) ?? [])
      .reduce(
        (fewest: readonly Workload[], some) => (some.length < fewest.length ? some : fewest),
        this.in(namespace),
      );
    const wanted = { ...selector, matchLabels: written };
    return candidates.filter((one) => selects(wanted, one.labels) && isGiven(one));
  }
}

const labelKey = (...parts: readonly [namespace: string, key: string, value: string]): string =>
  parts.join('\0');
