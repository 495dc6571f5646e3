import { gateState } from '../model/report.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Gate } from '../contract/http.ts';

/** What is counted, in a registry of its own so that two apps of one process do not share numbers. */
export class Metrics {
  readonly registry = new Registry();
  readonly #registers = [this.registry];

  readonly handshakes = new Counter({
    name: 'mooring_handshakes_total',
    help: 'WebSocket handshakes by outcome: accepted, or the error code they were refused with',
    labelNames: ['outcome'] as const,
    registers: this.#registers,
  });
  readonly connections = new Gauge({
    name: 'mooring_connections',
    help: 'Open WebSocket connections',
    registers: this.#registers,
  });
  readonly messages = new Counter({
    name: 'mooring_messages_total',
    help: 'Message frames received',
    registers: this.#registers,
  });
  readonly acks = new Counter({
    name: 'mooring_acks_total',
    help: 'Messages acknowledged; duplicate: it was already stored',
    labelNames: ['duplicate'] as const,
    registers: this.#registers,
  });
  readonly answerSeconds = new Histogram({
    name: 'mooring_answer_seconds',
    help: 'From the acknowledgement of a message to the end of its answer',
    labelNames: ['outcome'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60],
    registers: this.#registers,
  });

  constructor(gates: () => Gate[]) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'mooring_gate_state',
      help: '1 for the state a store is in, 0 for the others',
      labelNames: ['store', 'state'] as const,
      registers: this.#registers,
      collect() {
        for (const { name, state } of gates())
          for (const possible of gateState.options)
            this.set({ store: name, state: possible }, possible === state ? 1 : 0);
      },
    });
  }
}
