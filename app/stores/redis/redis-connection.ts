import { Redis, type RedisOptions } from 'ioredis';
import { withTimeLimit } from '../../../model/time-limit.ts';
import { errorText } from '../../observability/error-text.ts';

/** Bytes received between two answers. The client itself would take an answer of any length. */
const mostBytes = 16 * 1024 * 1024;

/**
 * One connection, opened when it is needed and again after it was lost. ioredis' own reconnecting is off: its back-off
 * is not ours, and it hides the reason of a failure.
 */
export class RedisConnection {
  readonly #options: Omit<RedisOptions, 'replyMapping'>;
  readonly #timeout: number;
  readonly #tooLate: string;
  readonly #onLost: () => void;
  #client: Promise<Redis> | undefined;
  /** Bytes since the last answer. */
  #received = 0;

  /** `timeout` in milliseconds, for a dial and for a command; `onLost` is told of an open connection that closes by itself. */
  constructor(
    options: Omit<RedisOptions, 'replyMapping'> & { readonly host: string; readonly port: number },
    timeout: number,
    onLost: () => void = () => undefined,
  ) {
    this.#timeout = timeout;
    this.#onLost = onLost;
    this.#tooLate = `Redis at ${options.host}:${options.port} did not answer within ${timeout} ms`;
    this.#options = {
      ...options,
      lazyConnect: true,
      enableOfflineQueue: false,
      retryStrategy: () => null,
      connectTimeout: timeout,
      commandTimeout: timeout,
      maxRetriesPerRequest: 0,
    };
  }

  /** Runs commands on a live connection. @throws Error with the server's or the network's message. */
  async run<T>(commands: (client: Redis) => Promise<T>): Promise<T> {
    const dialled = (this.#client ??= this.#open());
    try {
      const result = await withTimeLimit(dialled.then(commands), this.#timeout, this.#tooLate);
      this.#received = 0;
      return result;
    } catch (error) {
      // After any error the next command uses a new connection: a dead one may never report that it is dead.
      this.#forget(dialled);
      const isTooLong = this.#received > mostBytes;
      throw new Error(isTooLong ? `Redis answered more than ${mostBytes} bytes` : errorText(error), {
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    if (this.#client !== undefined) this.#forget(this.#client);
  }

  #open(): Promise<Redis> {
    const dialled = this.#dial();
    dialled.then(
      (client) => client.once('end', () => this.#ended(dialled)),
      () => undefined,
    );
    return dialled;
  }

  /** One that was forgotten was closed here. */
  #ended(dialled: Promise<Redis>): void {
    if (this.#client !== dialled) return;
    this.#client = undefined;
    this.#onLost();
  }

  async #dial(): Promise<Redis> {
    const client = new Redis(this.#options);
    let cause: Error | undefined;
    client.on('error', (error: Error) => {
      cause = error;
    });
    try {
      await client.connect();
      this.#received = 0;
      client.stream.on('data', (bytes: Buffer) => this.#count(bytes, client));
      return client;
    } catch (error) {
      client.disconnect();
      throw cause ?? error;
    }
  }

  #count(bytes: Buffer, { stream }: Redis): void {
    this.#received += bytes.length;
    if (this.#received > mostBytes) stream.destroy();
  }

  #forget(dialled: Promise<Redis>): void {
    if (this.#client === dialled) this.#client = undefined;
    dialled.then(
      (client) => client.disconnect(),
      () => undefined,
    );
  }
}
