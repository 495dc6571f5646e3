import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { json } from 'node:stream/consumers';
import { CheckFailed } from '../../../model/reach.ts';
import type { RotateService } from '../../../model/stack-kind.ts';
import { LOOPBACK } from '../../servers/ports.ts';

/** A store that keeps its password itself, as Neo4j does: it is told a new one by who knows the present one. */
export class TellingStore {
  /** Every password it had, in order. */
  readonly passwords: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<TellingStore> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      void (async () => {
        const asked = (await json(socket)) as { from: string; to: string };
        socket.end(store.#tell(asked));
      })().catch(() => socket.destroy());
    });
    const store = new TellingStore(server);
    await once(server.listen(0, LOOPBACK), 'listening');
    return store;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #tell({ from, to }: { from: string; to: string }): string {
    const now = this.passwords.at(-1);
    if (now === to) return 'known';
    if (now !== undefined && now !== from) return 'refused';
    this.passwords.push(to);
    return 'told';
  }

  async stop(): Promise<void> {
    await once(this.#server.close(), 'close');
  }
}

/** Tells it, over a port of its service. */
export const tellOver =
  (service: string, port: string): RotateService =>
  async (reach, { from, to }) => {
    const forward = await reach.forward({ service, port });
    try {
      const socket = connect(forward.port, forward.host);
      await once(socket, 'connect');
      socket.end(JSON.stringify({ from, to }));
      const answer = Buffer.concat(await socket.toArray()).toString();
      if (answer === 'refused')
        throw new CheckFailed(`The store takes neither ${from} nor ${to}.`, { final: true });
    } catch (error) {
      if (error instanceof CheckFailed) throw error;
      throw new CheckFailed(`The store cannot be asked: ${(error as Error).message}.`);
    } finally {
      forward.close();
    }
  };
