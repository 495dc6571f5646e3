import { Worker } from 'node:worker_threads';
import { IdReusedError, UnknownOutcomeError } from '../types.ts';
import type { RecordDatabase } from './record-database.ts';
import type { Call, Reply } from './record-thread.ts';

type Method = Exclude<keyof RecordDatabase, 'together'>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Bundled for the image, a file has the name of its entry and another ending. */
const entry = new URL(`./record-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** The embedded record's thread: started when it is first called, and again after it was closed or ended. */
export class Thread {
  readonly #file: string;
  #running: Running | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async call<M extends Method>(
    method: M,
    ...args: Parameters<RecordDatabase[M]>
  ): Promise<ReturnType<RecordDatabase[M]>> {
    if (this.#running?.hasEnded ?? true) this.#running = new Running(this.#file);
    return (await this.#running?.call(method, args)) as ReturnType<RecordDatabase[M]>;
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.close();
  }
}

class Running {
  hasEnded = false;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #idle: () => void = () => undefined;

  constructor(file: string) {
    this.#worker = new Worker(entry, { workerData: { file }, name: 'record' });
    this.#worker.on('message', (replies: readonly Reply[]) =>
      replies.forEach((reply) => this.#replied(reply)),
    );
    this.#worker.on('error', (error: Error) => this.#ended(error));
    this.#worker.on('exit', (code) => this.#ended(new Error(`The record's thread ended with ${code}.`)));
  }

  call(method: Method, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, args } satisfies Call);
    });
  }

  /** After the calls that wait, so that none of them shares a transaction with it. */
  async close(): Promise<void> {
    if (this.#waiting.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    if (!this.hasEnded) await this.call('close', []);
    await this.#worker.terminate();
  }

  #replied(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(revived(reply));
    else waiting?.resolve(reply.value);
    if (this.#waiting.size === 0) this.#idle();
  }

  /** What was under way may have been committed. */
  #ended(cause: Error): void {
    this.hasEnded = true;
    for (const { reject } of this.#waiting.values()) reject(new UnknownOutcomeError(cause));
    this.#waiting.clear();
    this.#idle();
  }
}

function revived({ error, name }: Extract<Reply, { error: Error }>): Error {
  if (name === IdReusedError.name) Object.setPrototypeOf(error, IdReusedError.prototype);
  return error;
}
