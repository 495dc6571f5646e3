import { constants } from 'node:os';
import type { RunningApp } from './start.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;

/** One Ctrl-C can arrive twice, from the terminal and forwarded by npm. A second signal this soon is ignored. */
const echoMs = 500;

/** Shuts down gracefully at SIGTERM or Ctrl-C; a second signal ends the process at once. */
export function endOnSignal(app: Pick<RunningApp, 'stop'>): void {
  let askedAt: number | undefined;
  for (const signal of signals)
    process.on(signal, () => {
      if (askedAt === undefined) void app.stop().then(() => process.exit(0));
      else if (performance.now() - askedAt > echoMs) process.exit(128 + constants.signals[signal]);
      askedAt ??= performance.now();
    });
}
