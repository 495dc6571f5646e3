import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errorText } from '../../observability/error-text.ts';

/** The file of one store; each entry of `migrations` raises the schema by one version. */
export interface DatabaseSpec {
  readonly file: string;
  readonly migrations: readonly string[];
  /** Whether the last commits may be lost when the machine (not the process) ends: then a commit waits for no disk. */
  readonly mayLag?: boolean;
}

/**
 * Opens a SQLite file, makes its folder, and brings its schema up to date in one transaction.
 * @throws Error naming the file when it is no database, is locked, or was written by a newer version of the app.
 */
export function openDatabase({ file, migrations, mayLag = false }: DatabaseSpec): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    // FULL: a committed transaction survives a crash of the process and of the machine.
    const synchronous = mayLag ? 'NORMAL' : 'FULL';
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA busy_timeout = 2000`,
    );
    inTransaction(database, () => migrate(database, migrations));
    return database;
  } catch (error) {
    database.close();
    // SQLite's messages ("file is not a database") do not name the file.
    throw new Error(`${file} cannot be used: ${errorText(error)}`, { cause: error });
  }
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

/** Runs `work` in one transaction; within another one, as a part of it that may fail by itself. */
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
    throw error;
  }
}

const inodeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.ino;

/** A database that opens when it is first used, and again after it was closed. */
export class Database {
  readonly #spec: DatabaseSpec;
  readonly #statements = new Map<string, StatementSync>();
  #open: DatabaseSync | undefined;
  #inode: number | undefined;

  constructor(spec: DatabaseSpec) {
    this.#spec = spec;
  }

  get(): DatabaseSync {
    if (this.#open) return this.#open;
    this.#open = openDatabase(this.#spec);
    this.#inode = inodeOf(this.#spec.file);
    return this.#open;
  }

  /**
   * The database, if its file is still the one that was opened.
   * @throws Error when it was removed or replaced: what is written now would be gone with this process.
   */
  inPlace(): DatabaseSync {
    const database = this.get();
    if (inodeOf(this.#spec.file) === this.#inode) return database;
    throw new Error(
      `${this.#spec.file} was removed or replaced while the app had it open; nothing is written any more. Stop the app, put the file back, and start it again.`,
    );
  }

  /** A statement, compiled when it is first used. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.get().prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  close(): void {
    this.#statements.clear();
    this.#open?.close();
    this.#open = undefined;
  }
}
