import { request, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { serverFrame, type ServerFrame } from '../../contract/protocol.ts';

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** One WebSocket as a test sees it: every frame it got, parsed by the contract, in order. */
export class ChatClient {
  readonly socket: WebSocket;
  readonly frames: ServerFrame[] = [];
  readonly closed: Promise<number>;
  readonly #waiting = new Set<() => void>();

  constructor(url: string, options: ClientOptions & { protocols?: string[] } = {}) {
    const { protocols = [], ...rest } = options;
    this.socket = new WebSocket(url, protocols, rest);
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.on('message', (text: Buffer) => {
      this.frames.push(serverFrame.parse(JSON.parse(text.toString())));
      for (const arrived of this.#waiting) arrived();
      this.#waiting.clear();
    });
    this.socket.on('error', () => undefined);
    onTestFinished(() => this.socket.terminate());
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  say(id: string, text: string): void {
    this.send({ type: 'message', id, text });
  }

  /** The first frame of a type (and about a message id), now or when it comes; rejects when the connection ends first. */
  async frame<T extends ServerFrame['type']>(type: T, id?: string, nth = 0): Promise<Frame<T>> {
    for (;;) {
      const found = this.framesOf(type, id)[nth];
      if (found) return found;
      const arrived = new Promise<void>((resolve) => this.#waiting.add(resolve));
      const code = await Promise.race([arrived, this.closed]);
      if (typeof code === 'number' && !this.framesOf(type, id)[nth])
        throw new Error(
          `closed with ${code} before a "${type}" frame came; got ${JSON.stringify(this.frames)}`,
        );
    }
  }

  /** Waits until what it was last told of a dependency is `state`; others may come and go meanwhile. */
  async dependency(name: string, state: Frame<'dependency'>['state']): Promise<Frame<'dependency'>> {
    for (;;) {
      const told = this.framesOf('dependency');
      const last = told.findLast((frame) => frame.name === name);
      if (last?.state === state) return last;
      // The next one, of whichever dependency.
      await this.frame('dependency', undefined, told.length);
    }
  }

  framesOf<T extends ServerFrame['type']>(type: T, id?: string): Frame<T>[] {
    return this.frames.filter(
      (frame): frame is Frame<T> =>
        frame.type === type && (id === undefined || ('id' in frame && frame.id === id)),
    );
  }

  /** What it was told to `id`: ack, the whole answer. */
  async answer(id: string): Promise<Frame<'done'>> {
    return this.frame('done', id);
  }
}

/** A connection that was greeted. */
export async function connected(
  url: string,
  options?: ClientOptions & { protocols?: string[] },
): Promise<ChatClient> {
  const client = new ChatClient(url, options);
  await client.frame('welcome');
  return client;
}

export interface Refusal {
  status: number;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** A handshake spoken by hand, so that its HTTP answer can be seen; status 101 when it was accepted. */
export function handshake(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const asking = request(url.replace(/^ws/, 'http'), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
        ...headers,
      },
    });
    asking.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: undefined });
    });
    asking.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: JSON.parse(text) as unknown,
        }),
      );
    });
    asking.on('error', reject);
    asking.end();
  });
}
