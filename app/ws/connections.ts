import { setTimeout as pause } from 'node:timers/promises';
import type { Gate } from '../../contract/http.ts';
import type { ServerFrame } from '../../contract/protocol.ts';
import { productOf } from '../../dial/products.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { ChatConnection } from './connection.ts';

/** Answers under way may take so long beyond the spread; the pod's termination grace has room for it. */
const answerGraceMs = 6_000;

/** So many a second may be sent elsewhere however short the spread: a few need not wait for a crowd's time to pass. */
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
      this.#note(connection, `disconnected (${code})`);
    });
  }

  /** Tells everybody that a store went away or came back. */
  tell(gate: Gate): void {
    const state = gate.state === 'open' ? 'back' : 'away';
    const reason = `${productOf[gate.name]} is ${state}${gate.state === 'degraded' ? '; answers may know less' : ''}`;
    const frame: ServerFrame = { type: 'dependency', name: gate.name, state, reason };
    for (const { socket } of this.#open) socket.send(frame);
  }

  /**
   * Sends everybody elsewhere with 1012, one after the other within `spreadMs`, so that they do not all arrive there at
   * once. An answer under way is finished first, as far as time allows.
   */
  async drain(longestSpreadMs: number): Promise<void> {
    const all = [...this.#open];
    const spreadMs = Math.min(longestSpreadMs, all.length * sendAwayEveryMs);
    const latest = pause(spreadMs + answerGraceMs, undefined, { ref: false });
    await Promise.all(
      all.map(async (connection, index) => {
        await pause((index * spreadMs) / all.length);
        await Promise.race([connection.idle(), latest]);
        // It may have left by itself meanwhile.
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
