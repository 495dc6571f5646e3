import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { revived, UnknownOutcomeError, type Store } from '../../../app/stores/types.ts';
import { LOOPBACK } from '../../servers/ports.ts';

/**
 * Embedded stores for several processes: the app rightly refuses to share their folder, so one process serves them, and
 * the others reach them over TCP as they would reach a database.
 */

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Reply =
  | { readonly id: number; readonly value?: unknown }
  | { readonly id: number; readonly name: string; readonly message: string };

export interface ServedStore {
  readonly port: number;
  stop(): Promise<void>;
}

/** Answers calls of `store` by line. */
export async function serveStore(store: Store): Promise<ServedStore> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    onLine(socket, (line) => {
      const call = JSON.parse(line) as Call;
      void replyTo(store, call).then(
        (reply) => socket.writable && socket.write(`${JSON.stringify(reply)}\n`),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    open.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
    await store.close();
  };
  return { port, stop };
}

/** A line that a connection broke off is none. */
function onLine(socket: Socket, read: (line: string) => void): void {
  let last = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (last + text).split('\n');
    last = lines.pop() ?? '';
    lines.forEach(read);
  });
}

async function replyTo(store: Store, { id, method, args }: Call): Promise<Reply> {
  try {
    const run: unknown = Reflect.get(store, method);
    const value: unknown = await Reflect.apply(run as (...all: unknown[]) => unknown, store, args);
    return { id, value };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, name, message };
  }
}

/** A store that `serveStore` serves on `port`. What it was sent and did not answer has an unknown outcome. */
export function remoteStore<S extends Store>(name: S['name'], port: number, timeoutMs: number): S {
  const calls = new Calls(port, timeoutMs);
  return new Proxy({} as S, {
    get(_target, key) {
      if (key === 'name') return name;
      if (key === 'close') return () => calls.close();
      // Not a promise, whatever awaits it.
      if (typeof key !== 'string' || key === 'then') return undefined;
      return (...args: unknown[]) => calls.call(key, args);
    },
  });
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class Calls {
  readonly #port: number;
  readonly #timeoutMs: number;
  #opening: Promise<Socket> | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #made = 0;

  constructor(port: number, timeoutMs: number) {
    this.#port = port;
    this.#timeoutMs = timeoutMs;
  }

  async call(method: string, args: readonly unknown[]): Promise<unknown> {
    const socket = await (this.#opening ??= this.#open());
    const id = ++this.#made;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => socket.destroy(new Error('timed out')), this.#timeoutMs);
    socket.write(`${JSON.stringify({ id, method, args } satisfies Call)}\n`);
    return promise.finally(() => clearTimeout(timer));
  }

  async close(): Promise<void> {
    const socket = await this.#opening?.catch(() => undefined);
    socket?.destroy();
  }

  #open(): Promise<Socket> {
    const socket = connect({ host: LOOPBACK, port: this.#port, noDelay: true });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#lost());
    onLine(socket, (line) => this.#replied(JSON.parse(line) as Reply));
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(socket));
      socket.once('close', () =>
        reject(new Error(`The store on port ${this.#port} refuses the connection.`)),
      );
    });
  }

  #replied(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('name' in reply) waiting?.reject(revived(reply.name, new Error(reply.message)));
    else waiting?.resolve(reply.value);
  }

  #lost(): void {
    this.#opening = undefined;
    for (const { reject } of this.#waiting.values())
      reject(new UnknownOutcomeError(new Error(`The connection to the store on ${this.#port} was lost.`)));
    this.#waiting.clear();
  }
}
