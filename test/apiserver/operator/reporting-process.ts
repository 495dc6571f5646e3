import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { GateReport, GateState } from '../../../model/report.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';

/** Where each of these processes reports. */
export const report = { port: 'metrics', readyz: '/readyz', config: '/config' };

/** A process that reports over HTTP on loopback, in the place of a pod's own. */
export class ReportingProcess {
  readonly port: number;
  readonly #digest: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #gate: GateReport = { name: 'queue', state: 'open', since: '', lastError: null, attempts: 0 };

  private constructor(port: number, digest: string) {
    this.port = port;
    this.#digest = digest;
  }

  /** Starts one whose gate `queue` is open. */
  static async start(digest: string): Promise<ReportingProcess> {
    const process = new ReportingProcess(await freePort(), digest);
    await process.up();
    return process;
  }

  /** Since now its gate is in this state. */
  become(state: GateState, lastError: string | null = null): void {
    this.#gate = { ...this.#gate, state, lastError, since: new Date().toISOString() };
  }

  /** Answers nothing any more: its port refuses, and its connections are closed. */
  async down(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Answers again, on the same port. */
  async up(): Promise<void> {
    const server = createServer(({ url }, response) => {
      const isReady = this.#gate.state !== 'closed';
      if (url === report.config)
        response.end(JSON.stringify({ version: 1, digest: this.#digest, values: {}, secretsSet: [] }));
      else
        response
          .writeHead(isReady ? 200 : 503)
          .end(JSON.stringify({ version: 1, ready: isReady, gates: [this.#report()] }));
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.port, LOOPBACK, resolve));
    this.#server = server;
  }

  /** It dials its dependency all the time, and counts. */
  #report(): GateReport {
    this.#gate = { ...this.#gate, attempts: this.#gate.attempts + 1 };
    return this.#gate;
  }
}
