import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { gateState, type GateReport } from '../../model/report.ts';
import type { ReadingCounts } from '../memory/types.ts';

/** How many calls to the language model there are. */
interface ModelCalls {
  readonly held: number;
  readonly waiting: number;
  readonly refused: number;
}

const none: ModelCalls = { held: 0, waiting: 0, refused: 0 };

/** The metrics, in a registry of its own so that two apps in one process do not share values. */
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
  readonly closes = new Counter({
    name: 'mooring_closes_total',
    help: 'Connections closed, by the code they were closed with here; client: by the other side, or lost',
    labelNames: ['code'] as const,
    registers: this.#registers,
  });
  readonly errors = new Counter({
    name: 'mooring_errors_total',
    help: 'Error frames sent, by their code',
    labelNames: ['code'] as const,
    registers: this.#registers,
  });
  readonly rateLimited = new Counter({
    name: 'mooring_rate_limited_total',
    help: "Frames refused for the rate, by the limit: the connection's, the patient's, or a share of it while Redis is away",
    labelNames: ['limit'] as const,
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

  constructor(
    gates: () => GateReport[],
    modelCalls: ModelCalls = none,
    factReadings: () => ReadingCounts = () => ({ read: 0, failed: 0, refused: 0 }),
  ) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'mooring_model_calls',
      help: 'Calls to the language model: in progress, and waiting for their turn',
      labelNames: ['state'] as const,
      registers: this.#registers,
      collect() {
        this.set({ state: 'in progress' }, modelCalls.held);
        this.set({ state: 'waiting' }, modelCalls.waiting);
      },
    });
    new Counter({
      name: 'mooring_model_calls_refused_total',
      help: 'Calls that were not made since too many waited; the memory itself answered',
      registers: this.#registers,
      collect() {
        this.reset();
        this.inc(modelCalls.refused);
      },
    });
    new Counter({
      name: 'mooring_fact_readings_total',
      help: 'Calls to the language model to read facts from messages: read, or failed, then tried again later',
      labelNames: ['outcome'] as const,
      registers: this.#registers,
      collect() {
        const { read, failed } = factReadings();
        this.reset();
        this.inc({ outcome: 'read' }, read);
        this.inc({ outcome: 'failed' }, failed);
      },
    });
    new Counter({
      name: 'mooring_facts_refused_total',
      help: 'Facts that the language model read and that were not stored: their quote is not in the message, or they say nothing',
      registers: this.#registers,
      collect() {
        this.reset();
        this.inc(factReadings().refused);
      },
    });
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
