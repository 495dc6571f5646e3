import { Redis, type RedisOptions } from 'ioredis';
import { inWords, withinDeadline } from '../deadline.ts';

/**
 * One connection that is dialled when it is needed and again after it was lost. ioredis' own reconnecting is off:
 * it waits longer and longer behind our back, and hides why it fails.
 */
export class RedisConnection {
  readonly #options: Omit<RedisOptions, 'replyMapping'>;
  readonly #timeout: number;
  readonly #who: string;
  #client: Promise<Redis> | undefined;

  /** `timeout` in milliseconds, for a dial and for a command. */
  constructor(
    options: Omit<RedisOptions, 'replyMapping'> & { readonly host: string; readonly port: number },
    timeout: number,
  ) {
    this.#timeout = timeout;
    this.#who = `Redis at ${options.host}:${options.port}`;
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

  /** Runs commands on a live connection. @throws Error in the server's or the network's words. */
  async run<T>(commands: (client: Redis) => Promise<T>): Promise<T> {
    const dialled = (this.#client ??= this.#dial());
    try {
      return await withinDeadline(dialled.then(commands), this.#timeout, this.#who);
    } catch (error) {
      // Whatever went wrong, the next command starts on a new connection: a silent one never says that it is dead.
      this.#forget(dialled);
      throw new Error(inWords(error), { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#client !== undefined) this.#forget(this.#client);
  }

  async #dial(): Promise<Redis> {
    const client = new Redis(this.#options);
    let why: Error | undefined;
    client.on('error', (error: Error) => {
      why = error;
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.disconnect();
      throw why ?? error;
    }
  }

  #forget(dialled: Promise<Redis>): void {
    if (this.#client === dialled) this.#client = undefined;
    dialled.then(
      (client) => client.disconnect(),
      () => undefined,
    );
  }
}
