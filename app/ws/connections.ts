import { setTimeout as pause } from 'node:timers/promises';
import type { ServerFrame } from '../../contract/protocol.ts';
import type { GateReport } from '../../model/report.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { productOf } from '../readiness/dependencies.ts';
import type { ChatConnection } from './connection.ts';

/** Time limit, after the spread, for answers in progress; within the pod's termination grace. */
const answerGraceMs = 6_000;

/** The spread per connection, so that few connections do not take the whole spread. */
const sendAwayEveryMs = 10;

/** Every open connection of this process. */
export class Connections {
  readonly #open = new Set<ChatConnection>();
  readonly #log: Logger;
  readonly #metrics: Metrics;

  constructor(log: Logger, metrics: Metrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  get size(): number {
    return this.#open.size;
  }

  add(connection: ChatConnection): void {
    this.#open.add(connection);
    this.#note(connection, 'connected');
    connection.once('closed', (code) => {
      this.#open.delete(connection);
      this.#metrics.closes.inc({ code: connection.socket.closedWith ?? 'client' });
      this.#note(connection, `disconnected (${code})`);
    });
  }

  /** Tells every connection that a dependency went away or came back. */
  tell(gate: GateReport): void {
    const state = gate.state === 'open' ? 'back' : 'away';
    const reason = `${productOf(gate.name)} is ${state}${gate.state === 'degraded' ? '; answers may know less' : ''}`;
    const frame: ServerFrame = { type: 'dependency', name: gate.name, state, reason };
    for (const { socket } of this.#open) socket.send(frame);
  }

  /**
   * Closes every connection with 1012 (reconnect), one after the other within `longestSpreadMs`, so that the clients do
   * not all reconnect at once. An answer in progress is finished first, within the time limit.
   */
  async drain(longestSpreadMs: number): Promise<void> {
    const all = [...this.#open];
    const spreadMs = Math.min(longestSpreadMs, all.length * sendAwayEveryMs);
    const latest = pause(spreadMs + answerGraceMs, undefined, { ref: false });
    await Promise.all(
      all.map(async (connection, index) => {
        await pause((index * spreadMs) / all.length);
        await Promise.race([connection.idle(), latest]);
        // The client may have disconnected meanwhile.
        if (this.#open.has(connection)) await sendAway(connection);
      }),
    );
  }

  #note({ scope }: ChatConnection, what: string): void {
    this.#metrics.connections.set(this.#open.size);
    this.#log.info(
      `Client ${scope.patientId}:${scope.sessionId} ${what}. Total connections: ${this.#open.size}`,
    );
  }
}

async function sendAway(connection: ChatConnection): Promise<void> {
  const closed = new Promise<void>((resolve) => connection.once('closed', () => resolve()));
  connection.socket.close('restart');
  await closed;
}
