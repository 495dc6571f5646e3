import { pino, type Logger } from 'pino';
import type { Env } from '../../contract/backend-env.ts';
import { readableLine } from './readable-line.ts';

export type { Logger };

/** Where log lines go. */
export interface LogSink {
  write(line: string): void;
}

/**
 * JSON lines; on a terminal, lines for people. Message texts and secrets are never passed to it.
 */
export function createLogger(env: Env, sink?: LogSink): Logger {
  const destination = sink ?? (process.stdout.isTTY ? forPeople : pino.destination({ dest: 1, sync: true }));
  return pino(
    {
      level: env.LOG_LEVEL,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

const forPeople: LogSink = {
  write: (line) => {
    process.stdout.write(readableLine(line));
  },
};
