import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errorText } from '../../observability/error-text.ts';

/** The file of one store; each entry of `migrations` raises the schema by one version. */
export interface DatabaseSpec {
  readonly file: string;
  readonly migrations: readonly string[];
}

/**
 * Opens a SQLite file, makes its folder, and brings its schema up to date in one transaction.
 * @throws Error naming the file when it is no database, is locked, or was written by a newer version of the app.
 */
export function openDatabase({ file, migrations }: DatabaseSpec): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    // FULL: a committed transaction survives a crash of the process and of the machine.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000');
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

/** Runs `work` in one transaction. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** A database that opens when it is first used, and again after it was closed. */
export class Database {
  readonly #spec: DatabaseSpec;
  #open: DatabaseSync | undefined;

  constructor(spec: DatabaseSpec) {
    this.#spec = spec;
  }

  get(): DatabaseSync {
    this.#open ??= openDatabase(this.#spec);
    return this.#open;
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }
}
