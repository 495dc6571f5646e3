import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { RecordDatabase } from './record-database.ts';

/** The thread of the embedded record: SQLite blocks, above all while a commit waits for the disk. */

/** What is called, by the methods of RecordDatabase. */
export interface Call {
  readonly id: number;
  readonly method: keyof RecordDatabase;
  readonly args: readonly unknown[];
}

/** An error's class does not survive the way between threads, so its name goes along. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Error; readonly name: string };

/** Most calls committed together. */
const mostTogether = 64;

const record = new RecordDatabase((workerData as { readonly file: string }).file);

/** Calls that came while the previous ones were committed are committed together; if that fails, each by itself. */
function serve(port: MessagePort, first: Call): void {
  const calls = [first, ...waiting(port)];
  let replies: Reply[];
  try {
    replies = calls.length === 1 ? calls.map(replyTo) : record.together(() => calls.map(replyTo));
  } catch {
    replies = calls.map(replyTo);
  }
  port.postMessage(replies);
}

function* waiting(port: MessagePort): Generator<Call> {
  for (let taken = 1; taken < mostTogether; taken += 1) {
    const next = receiveMessageOnPort(port) as { readonly message: Call } | undefined;
    if (next === undefined) return;
    yield next.message;
  }
}

function replyTo({ id, method, args }: Call): Reply {
  try {
    const run: unknown = Reflect.get(record, method);
    return { id, value: Reflect.apply(run as (...args: readonly unknown[]) => unknown, record, args) };
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error));
    return { id, error: known, name: known.name };
  }
}

parentPort?.on('message', (call: Call) => parentPort && serve(parentPort, call));
