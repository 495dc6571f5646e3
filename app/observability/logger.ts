import { pino, type Logger } from 'pino';
import type { Env } from '../../contract/backend-env.ts';
import { shownError } from './error-text.ts';
import { readableLine } from './readable-line.ts';
import { lineRedactorOf } from './redact.ts';

export type { Logger };

/** Where log lines go. */
export interface LogSink {
  write(line: string): void;
}

/** JSON lines; on a terminal, lines for people. No secret is in them; texts of messages are never passed to it. */
export function createLogger(env: Env, sink?: LogSink): Logger {
  const redact = lineRedactorOf(env);
  const destination = sink ?? (process.stdout.isTTY ? forPeople : pino.destination({ dest: 1, sync: true }));
  return pino(
    {
      level: env.LOG_LEVEL,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: shownError },
    },
    {
      write: (line: string) => {
        destination.write(redact(line));
      },
    },
  );
}

const forPeople: LogSink = {
  write: (line) => {
    process.stdout.write(readableLine(line));
  },
};
