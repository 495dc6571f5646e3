import { parseEnv } from 'node:util';
import { readRegularFile } from '../charts-ts/read-file.ts';
import { CommandError } from './errors.ts';

/** Mebibytes of a file that somebody named. */
const most = { text: 64, env: 1 } as const;

/** The text of a file. @throws CommandError NO_SUCH_FILE where it cannot be read, or is no ordinary file. */
export const readNamedFile = (path: string): string =>
  orNoSuchFile(
    (reason) => `${path} cannot be read: ${reason}.`,
    () => readRegularFile(path, most.text),
  );

/** The variables of an env file. @throws CommandError NO_SUCH_FILE as `readNamedFile`. */
export const readEnvFile = (path: string): Readonly<Record<string, string | undefined>> =>
  orNoSuchFile(
    (reason) => `The env file ${path} cannot be read: ${reason}`,
    () => parseEnv(readRegularFile(path, most.env)),
  );

function orNoSuchFile<T>(message: (reason: string) => string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CommandError('NO_SUCH_FILE', message(error instanceof Error ? error.message : String(error)));
  }
}
