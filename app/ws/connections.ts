import { setTimeout as pause } from 'node:timers/promises';
import type { ServerFrame } from '../../contract/protocol.ts';
import type { GateReport } from '../../model/report.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { productOf } from '../readiness/dependencies.ts';
import type { Scope } from '../stores/types.ts';
import type { ChatConnection } from './connection.ts';

/** The spread per connection, so that few connections do not take the whole spread. */
const sendAwayEveryMs = 10;

/** How the connections are taken leave of. */
export interface Leave {
  /** The longest time over which they are closed. */
  readonly spreadMs: number;
  /** Time limit for what a connection waits for when its turn has come. */
  readonly answerMs: number;
  /** Gives up what is not answered by then. Never rejects. */
  readonly handOver: (scope: Scope) => Promise<void>;
}

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
   * Closes every connection with 1012 (reconnect), one after the other, so that the clients do not all reconnect at once.
   * The answers it waits for are finished before, or handed over: where it reconnects they are being made.
   */
  async drain({ spreadMs: longestSpreadMs, answerMs, handOver }: Leave): Promise<void> {
    const all = [...this.#open];
    const spreadMs = Math.min(longestSpreadMs, all.length * sendAwayEveryMs);
    await Promise.all(
      all.map(async (connection, index) => {
        await pause((index * spreadMs) / all.length);
        const idle = connection.idle().then(() => true);
        if (!(await Promise.race([idle, pause(answerMs, false, { ref: false })])))
          await handOver(connection.scope);
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
