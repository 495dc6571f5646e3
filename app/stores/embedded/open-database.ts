import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errorText } from '../../observability/error-text.ts';
import { UnknownOutcomeError } from '../types.ts';

/** Milliseconds that a database's thread waits for another program's lock: a backup's is short. */
const lockWaitMs = 250;

/** Pages of a database kept in memory. */
const cacheKibibytes = 16_384;

/** The file of one store; each entry of `migrations` raises the schema by one version. */
export interface DatabaseSpec {
  readonly file: string;
  /** Written into the file (`application_id`), so that it is not taken for another store's or program's. */
  readonly mark: number;
  /** A table of every version of the schema: the files of release 0.1 have no mark. */
  readonly table: string;
  readonly migrations: readonly string[];
}

/**
 * Opens a SQLite file, makes it and its folder, and brings its schema up to date in one transaction.
 * @throws Error naming the file when it is no database, another one, or an incomplete one; when it is locked; when it was
 * written by a newer version of the app. Then nothing in it was changed.
 */
export function openDatabase(spec: DatabaseSpec): DatabaseSync {
  const { file } = spec;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const size = sizeOf(file);
    if (size === 0)
      throw new Error(
        'it is empty (0 bytes), so what it held is gone. Put it back, or remove it to begin anew.',
      );
    if (size === undefined) make(spec);
    return opened(file, spec);
  } catch (error) {
    // SQLite's messages ("file is not a database") do not name the file.
    throw new Error(`${file} cannot be used: ${errorText(error)}`, { cause: error });
  }
}

/** Makes a file beside its place, so that one which is there has content, whenever this process ends. */
function make(spec: DatabaseSpec): void {
  const { file } = spec;
  if (sizeOf(`${file}-wal`))
    throw new Error(
      `it is missing, but ${file}-wal, which belongs to it, is there. Put it back, or remove both.`,
    );
  const beside = `${file}.new`;
  for (const end of ['', '-wal', '-shm']) rmSync(`${beside}${end}`, { force: true });
  opened(beside, spec).close();
  renameSync(beside, file);
}

function opened(file: string, spec: DatabaseSpec): DatabaseSync {
  const { migrations, mark } = spec;
  const database = new DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
    checkMark(database, spec);
    // FULL: a committed transaction survives a crash of the process and of the machine.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000');
    // The pages that fifty patients write; with SQLite's own 2 MiB they are read again for each commit.
    database.exec(`PRAGMA cache_size = -${cacheKibibytes}`);
    inTransaction(database, () => {
      migrate(database, migrations);
      database.exec(`PRAGMA application_id = ${mark}`);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkMark(database: DatabaseSync, { mark, table }: DatabaseSpec): void {
  const found = Number(database.prepare('PRAGMA application_id').get()?.['application_id']);
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const isOurs = found === 0 && (tables.length === 0 || tables.some(({ name }) => name === table));
  if (found !== mark && !isOurs)
    throw new Error('it is a database of another store or program. Move it away, or set another DATA_DIR.');
}

function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > migrations.length)
    throw new Error(
      `it has schema version ${version}; this version of the app knows up to ${migrations.length}. Use the app that wrote it, or another DATA_DIR.`,
    );
  for (const step of migrations.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

/** SQLite's codes for a commit that was written and may not have reached the disk. */
const unsyncedCodes = [1_034, 1_290];

const isUnsynced = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && unsyncedCodes.includes(Number(error.errcode));

/**
 * Runs `work` in one transaction; within another one, as a part of it that may fail by itself.
 * @throws UnknownOutcomeError when the disk did not confirm the commit: after a crash it may be there.
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  const [begin, commit, undo] = database.isTransaction
    ? ['SAVEPOINT part', 'RELEASE part', 'ROLLBACK TO part; RELEASE part']
    : ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'];
  database.exec(begin);
  try {
    const result = work();
    database.exec(commit);
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec(undo);
    throw isUnsynced(error) ? new UnknownOutcomeError(error) : error;
  }
}

/** A message of the largest size, its facts, and their indexes. */
const roomBytes = 262_144;

/** SQLite's codes for a failed write, and a full disk. */
const fullCodes = [10, 13];

const isFull = (error: unknown): error is Error =>
  error instanceof Error &&
  'errcode' in error &&
  fullCodes.some((code) => code === Number(error.errcode) % 256);

const sizeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;

/** The inode of a file that has content. */
function inodeOf(file: string): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.size === 0 ? undefined : found?.ino;
}

/** A database that opens when it is first used, and again after it was closed. */
export class Database {
  readonly #spec: DatabaseSpec;
  readonly #statements = new Map<string, StatementSync>();
  #open: DatabaseSync | undefined;
  #inode: number | undefined;
  /** The last write that failed for want of room. */
  #full: Error | undefined;

  constructor(spec: DatabaseSpec) {
    this.#spec = spec;
  }

  /** Writes, so that a file that takes nothing (a full disk) does not pass for usable. */
  dial(): void {
    const { file, migrations } = this.#spec;
    const database = this.#inPlace();
    try {
      database.exec(`PRAGMA user_version = ${migrations.length}`);
      if (this.#full) this.#findRoom(database, this.#full);
    } catch (error) {
      throw new Error(`${file} cannot be written: ${errorText(error)}`, { cause: error });
    }
  }

  /** Writes in one transaction; within another one, as a part of it that may fail by itself. */
  write<T>(work: () => T): T {
    const database = this.#inPlace();
    try {
      return inTransaction(database, work);
    } catch (error) {
      if (isFull(error)) this.#full = error;
      throw error;
    }
  }

  /** A statement, compiled when it is first used. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.#get().prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  close(): void {
    this.#statements.clear();
    this.#open?.close();
    this.#open = undefined;
  }

  /** There may be room for a byte and none for a message. What is written and removed in one transaction is not written. */
  #findRoom(database: DatabaseSync, full: Error): void {
    if (database.isTransaction) throw full;
    database.exec('CREATE TABLE IF NOT EXISTS room (bytes)');
    database.exec(`INSERT INTO room VALUES (zeroblob(${roomBytes}))`);
    this.#full = undefined;
    database.exec('DROP TABLE room');
  }

  #get(): DatabaseSync {
    if (this.#open) return this.#open;
    this.#open = openDatabase(this.#spec);
    this.#inode = inodeOf(this.#spec.file);
    return this.#open;
  }

  /**
   * The database, if its file is still the one that was opened.
   * @throws Error when it was removed or replaced: what is written now would be gone with this process.
   */
  #inPlace(): DatabaseSync {
    const database = this.#get();
    if (inodeOf(this.#spec.file) === this.#inode) return database;
    throw new Error(
      `${this.#spec.file} was removed or replaced while the app had it open; nothing is written any more. Stop the app, put the file back, and start it again.`,
    );
  }
}
