import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { mostTogether } from '../group-commit.ts';
import { IndexDatabase } from './index-database.ts';
import { RecordDatabase } from './record-database.ts';

/** A thread with one database: SQLite blocks, above all while a commit waits for the disk. */

/** The databases that have threads of their own. */
export const databases = { record: RecordDatabase, index: IndexDatabase };

type Database = InstanceType<(typeof databases)[keyof typeof databases]>;

export interface ThreadSpec {
  readonly kind: keyof typeof databases;
  readonly file: string;
}

/** A method and its arguments. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** An error's class does not survive the way between threads, so its name goes along. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Error; readonly name: string };

/**
 * Serves what came. Reads are answered at once, for they wait for no commit; writes that came while the previous ones were
 * committed are committed together.
 */
function serve(database: Database, port: MessagePort, first: readonly Call[]): void {
  const waiting = [...first];
  while (waiting.length > 0) {
    while (waiting.length < mostTogether) {
      const next = receiveMessageOnPort(port) as { readonly message: readonly Call[] } | undefined;
      if (next === undefined) break;
      waiting.push(...next.message);
    }
    const calls = waiting.splice(0, mostTogether);
    const reads = calls.filter((call) => isRead(database, call));
    const writes = calls.filter((call) => !isRead(database, call));
    if (reads.length > 0) port.postMessage(reads.map((call) => replyTo(database, call)));
    if (writes.length > 0) port.postMessage(repliesTo(database, writes));
  }
}

const isRead = ({ reads }: Database, { method }: Call): boolean =>
  (reads as readonly string[]).includes(method);

/** As one transaction; if that fails, each call by itself. */
function repliesTo(database: Database, calls: readonly Call[]): Reply[] {
  const replies = (): Reply[] => calls.map((call) => replyTo(database, call));
  if (calls.length === 1) return replies();
  try {
    return database.together(replies);
  } catch {
    return replies();
  }
}

function replyTo(database: Database, { id, method, args }: Call): Reply {
  try {
    const run: unknown = Reflect.get(database, method);
    return { id, value: Reflect.apply(run as (...args: readonly unknown[]) => unknown, database, args) };
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error));
    return { id, error: known, name: known.name };
  }
}

if (parentPort) {
  const { kind, file } = workerData as ThreadSpec;
  const port = parentPort;
  const database = new databases[kind](file);
  port.on('message', (calls: readonly Call[]) => serve(database, port, calls));
}
