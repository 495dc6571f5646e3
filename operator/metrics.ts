import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { isClusterError } from '../kube/cluster-error.ts';
import type { Condition } from './conditions.ts';
import { codeOf, problemReasons } from './problem-reasons.ts';
import type { ReconcileEnd } from './runtime/workers.ts';

/** What is counted when it is asked for. */
export interface Measured {
  /** How many stacks wait for a worker. */
  readonly depth: () => number;
  /** Each condition of each stack, and the stack's kind. */
  readonly conditions: () => Iterable<readonly [kind: string, condition: Condition]>;
}

/** The operator's metrics, in a registry of its own so that two operators in one process do not share values. */
export class OperatorMetrics {
  readonly registry = new Registry();
  readonly #registers = [this.registry];

  readonly reconcileSeconds = new Histogram({
    name: 'mooring_operator_reconcile_seconds',
    help: 'Reconciles by kind of stack and outcome: done, or the code of the error with which it is tried again',
    labelNames: ['kind', 'outcome'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 30, 120],
    registers: this.#registers,
  });
  readonly errors = new Counter({
    name: 'mooring_operator_errors_total',
    help: "Errors by reason: the code of what failed (a reconcile, an Event, a readiness gate, the Lease), or the reason of the condition in which a reconcile told of a problem; kind is the stack's, where it is known",
    labelNames: ['kind', 'reason'] as const,
    registers: this.#registers,
  });
  readonly drift = new Counter({
    name: 'mooring_operator_drift_total',
    help: 'Changes by others that were found, by kind of object',
    labelNames: ['kind'] as const,
    registers: this.#registers,
  });
  readonly gateSeconds = new Histogram({
    name: 'mooring_operator_gate_seconds',
    help: 'From when a process knew that a dependency went or came until its readiness gate said so',
    buckets: [0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10],
    registers: this.#registers,
  });
  readonly watchRestarts = new Counter({
    name: 'mooring_operator_watch_restarts_total',
    help: 'Watches that failed and were begun anew',
    registers: this.#registers,
  });
  readonly definitionMissing = new Gauge({
    name: 'mooring_operator_definition_missing',
    help: '1 while a kind is not served, since its CustomResourceDefinition is not there',
    labelNames: ['kind'] as const,
    registers: this.#registers,
  });
  readonly leads = new Gauge({
    name: 'mooring_operator_leads',
    help: '1 while this replica leads',
    registers: this.#registers,
  });

  constructor({ depth, conditions }: Measured) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'mooring_operator_queue_depth',
      help: 'Stacks that wait for a worker',
      registers: this.#registers,
      collect() {
        this.set(depth());
      },
    });
    new Gauge({
      name: 'mooring_operator_stacks',
      help: 'Stacks by a condition of theirs, its status and its reason; of the replica that leads',
      labelNames: ['kind', 'condition', 'status', 'reason'] as const,
      registers: this.#registers,
      collect() {
        this.reset();
        for (const [kind, { type, status, reason }] of conditions())
          this.inc({ kind, condition: type, status, reason });
      },
    });
  }

  /** Counts a reconcile. @param conditions what the stack's status says after it. */
  reconciled(kind: string, { seconds, error }: ReconcileEnd, conditions: readonly Condition[]): void {
    this.reconcileSeconds.observe({ kind, outcome: error === undefined ? 'done' : codeOf(error) }, seconds);
    if (error === undefined)
      for (const reason of problemReasons(conditions)) this.errors.inc({ kind, reason });
    // Another writer was faster; the next try sees what it wrote.
    else if (!isClusterError(error, 'CLUSTER_CONFLICT')) this.failed(error, kind);
  }

  /** Counts what failed. @param kind of the stack it is about, where it is about one. */
  failed(error: unknown, kind?: string): void {
    this.errors.inc({ ...(kind === undefined ? {} : { kind }), reason: codeOf(error) });
  }
}
