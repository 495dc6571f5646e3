import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The operator's metrics, in a registry of its own so that two operators in one process do not share values. */
export class OperatorMetrics {
  readonly registry = new Registry();
  readonly #registers = [this.registry];

  readonly reconcileSeconds = new Histogram({
    name: 'mooring_operator_reconcile_seconds',
    help: 'Reconciles by kind and outcome: done, or the code of the error',
    labelNames: ['kind', 'outcome'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 30, 120],
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

  /** @param depth how many stacks wait for a worker. */
  constructor(depth: () => number) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'mooring_operator_queue_depth',
      help: 'Stacks that wait for a worker',
      registers: this.#registers,
      collect() {
        this.set(depth());
      },
    });
  }
}
