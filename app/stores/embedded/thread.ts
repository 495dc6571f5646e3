import { Worker } from 'node:worker_threads';
import { threadEntry } from '../../thread-entry.ts';
import { revived, UnknownOutcomeError } from '../types.ts';
import type { Call, databases, Reply, ThreadSpec } from './database-thread.ts';

type Databases = { readonly [K in ThreadSpec['kind']]: InstanceType<(typeof databases)[K]> };

/** The methods of a database that may be called. */
type Methods<K extends ThreadSpec['kind']> = {
  readonly [M in Exclude<keyof Databases[K], 'together'>]: Databases[K][M] extends (
    ...args: infer A
  ) => infer R
    ? (...args: A) => R
    : never;
};

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const entry = threadEntry('database-thread', import.meta.url);

/** A database in a thread: started when it is first called, and again after it was closed or ended. */
export class Thread<K extends ThreadSpec['kind']> {
  readonly #spec: ThreadSpec;
  #running: Running | undefined;

  constructor(kind: K, file: string) {
    this.#spec = { kind, file };
  }

  async call<M extends keyof Methods<K> & string>(
    method: M,
    ...args: Parameters<Methods<K>[M]>
  ): Promise<ReturnType<Methods<K>[M]>> {
    if (this.#running?.hasEnded ?? true) this.#running = new Running(this.#spec);
    return (await this.#running?.call(method, args)) as ReturnType<Methods<K>[M]>;
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
  readonly #unsent: Call[] = [];
  #calls = 0;
  #idle: () => void = () => undefined;

  constructor(spec: ThreadSpec) {
    this.#worker = new Worker(entry, { workerData: spec, name: spec.kind });
    this.#worker.on('message', (replies: readonly Reply[]) =>
      replies.forEach((reply) => this.#replied(reply)),
    );
    this.#worker.on('error', (error: Error) => this.#ended(error));
    this.#worker.on('exit', (code) =>
      this.#ended(new Error(`The thread of ${spec.file} ended with ${code}.`)),
    );
  }

  call(method: string, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#unsent.push({ id, method, args });
      // After all that is ready to run now, so that its calls go together: each message costs as much as a call.
      if (this.#unsent.length === 1) process.nextTick(() => this.#worker.postMessage(this.#unsent.splice(0)));
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
    if ('error' in reply) waiting?.reject(revived(reply.name, reply.error));
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
