import { defaultStack } from '../../model/gates.ts';
import { reportingServices, type Report, type Stack } from '../../model/stack.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { stackOfResource } from '../reconcile/desired.ts';
import type { StackResource } from '../reconcile/resource.ts';

type ReportsByService = ReadonlyMap<string, Report>;

interface Known {
  readonly uid: string;
  readonly generation: number | undefined;
  readonly reports: ReportsByService;
}

/** Where the services of each stack of a kind report. A document is read once for each of its generations. */
export class Reports {
  readonly #kind: StackKind;
  readonly #known = new Map<string, Known>();

  constructor(kind: StackKind) {
    this.#kind = kind;
  }

  /** By service. @param key `<namespace>/<name>` of the resource. */
  of(key: string, resource: StackResource): ReportsByService {
    const { uid, generation } = resource.metadata;
    const before = this.#known.get(key);
    const isSame = before?.uid === uid;
    if (isSame && before.generation === generation) return before.reports;
    const earlier = isSame ? before.reports : reportsOf(defaultStack(this.#kind));
    // Pods of an earlier document are asked as well, until they are replaced.
    const reports = new Map([...earlier, ...this.#read(resource)]);
    this.#known.set(key, { uid, generation, reports });
    return reports;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  /** Of a refused document none: its reconcile reports why, and the pods of the earlier one go on. */
  #read(resource: StackResource): ReportsByService {
    try {
      return reportsOf(stackOfResource(this.#kind, resource));
    } catch {
      return new Map();
    }
  }
}

const reportsOf = (stack: Stack): ReportsByService =>
  new Map(
    reportingServices(stack).flatMap(({ name, report }): [string, Report][] =>
      report ? [[name, report]] : [],
    ),
  );
