import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readinessQuery, type GateReport, type GateState } from '../../../model/report.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';

/** Where each of these processes reports. */
export const report = { port: 'metrics', readyz: '/readyz', config: '/config' };

/** A process that reports over HTTP on loopback, in the place of a pod's own. */
export class ReportingProcess {
  readonly port: number;
  readonly #digest: string;
  readonly #sockets = new Set<Socket>();
  /** Answers a question that is held. */
  readonly #held = new Set<() => void>();
  #revision = 0;
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
    this.#revision += 1;
    for (const answer of [...this.#held]) answer();
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
      if (url === report.config)
        response.end(JSON.stringify({ version: 1, digest: this.#digest, values: {}, secretsSet: [] }));
      else this.#holds(url, response);
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.port, LOOPBACK, resolve));
    this.#server = server;
  }

  /** A question for the next revision is answered when that comes, or its time is over. */
  #holds(url: string | undefined, response: ServerResponse): void {
    const { after, wait } = readinessQuery.parse(
      Object.fromEntries(new URL(url ?? '', 'http://pod').searchParams),
    );
    const answer = (): void => {
      this.#held.delete(answer);
      clearTimeout(late);
      const isReady = this.#gate.state !== 'closed';
      const body = { version: 1, ready: isReady, gates: [this.#report()], revision: String(this.#revision) };
      response.writeHead(isReady ? 200 : 503).end(JSON.stringify(body));
    };
    const late = setTimeout(answer, after === String(this.#revision) ? wait * 1_000 : 0).unref();
    this.#held.add(answer);
  }

  /** It dials its dependency all the time, and counts. */
  #report(): GateReport {
    this.#gate = { ...this.#gate, attempts: this.#gate.attempts + 1 };
    return this.#gate;
  }
}
