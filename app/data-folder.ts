import { mkdirSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Env } from '../contract/backend-env.ts';
import { ProblemError } from './http/problem.ts';
import { errorText } from './observability/error-text.ts';
import { processName } from './process-name.ts';

/** SQLite's code for a lock that another process holds. */
const busy = 5;

/**
 * Holds the folder of the embedded stores, if there are any: two processes on it would answer the same messages. Held by
 * a lock on a file, so that the system lets go of it however the process ends.
 * @returns what lets go of the folder.
 * @throws ProblemError CONFIG_INVALID when another process holds it, or when it cannot be used.
 */
export async function holdDataFolder({ EMBEDDED_STORES = [], DATA_DIR }: Env): Promise<() => void> {
  if (EMBEDDED_STORES.length === 0) return () => undefined;
  const file = join(DATA_DIR, 'lock.sqlite');
  try {
    mkdirSync(DATA_DIR, { recursive: true });
    const lock = new DatabaseSync(file);
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw error;
    }
    removeCachedTurns(DATA_DIR);
    return () => lock.close();
  } catch (cause) {
    throw new ProblemError('CONFIG_INVALID', await whyNot(DATA_DIR, file, cause), { cause });
  }
}

/** Release 0.1 kept a copy of the turns of sessions in a file. */
function removeCachedTurns(folder: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `cache.sqlite${end}`), { force: true });
}

async function whyNot(folder: string, file: string, cause: unknown): Promise<string> {
  const path = resolve(folder);
  if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === busy))
    return `The folder ${path} cannot hold the embedded stores: ${errorText(cause)}. Make it writable, or set DATA_DIR to another folder.`;
  const owner = (await holderOf(file).catch(() => undefined)) ?? 'another process';
  return `The folder ${path} is in use by ${owner}. End that process, or set DATA_DIR to another folder.`;
}

/** The process that has a lock on a file, in words, where the system tells: `1: POSIX ADVISORY WRITE <id> fd:00:<inode> …`. */
async function holderOf(file: string): Promise<string | undefined> {
  const { ino } = statSync(file);
  const locks = (await readFile('/proc/locks', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  const id = locks.find((words) => words[5]?.endsWith(`:${ino}`))?.[4];
  return id === undefined ? undefined : processName(id);
}
