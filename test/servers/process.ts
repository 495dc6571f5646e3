import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { cannotStart } from './command.ts';
import { lastLines } from './last-lines.ts';
import { pollWithReason, type Outcome } from './poll.ts';
import { isPortOpen, LOOPBACK } from './ports.ts';

export { capture, run } from './command.ts';

/** What shows that a server is up: its loopback port accepts, its log has a line, or a question is answered true. */
export type ReadyWhen = { port: number } | { logLine: RegExp } | { check: () => Promise<boolean> };

export interface ProcessSpec {
  command: string;
  args?: readonly string[];
  /** Added to this process' own environment. */
  env?: Record<string, string>;
  cwd?: string;
  /** Gets standard output and standard error; overwritten. */
  logFile: string;
  readyWhen: ReadyWhen;
  /** How long it may take to become ready; 60 s unless told. */
  timeoutMs?: number;
  /** How long it may take to end after SIGTERM before it is killed; 10 s unless told. */
  graceMs?: number;
}

export interface RunningProcess {
  pid: number;
  logPath: string;
  /** SIGTERM, then SIGKILL after the grace; resolves when it is gone. May be called again. */
  stop(): Promise<void>;
  /** The exit code, or null if a signal ended it. Never rejects. */
  exited: Promise<number | null>;
}

/**
 * Starts a server and waits until it is ready. Rejects, with the last lines of its log, if it exits or is not
 * ready in time; nothing is then left running. It never outlives this Node process, however that ends.
 */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  const running = await launch(spec);
  const timeoutMs = spec.timeoutMs ?? 60_000;
  const { outcome, lastError } = await pollWithReason(() => isReady(spec), {
    timeoutMs,
    exited: running.exited,
  });
  if (outcome === 'met') return running;
  await running.stop();
  const why = await whyNotReady(spec, outcome, { timeoutMs, code: await running.exited });
  throw new Error(why, { cause: lastError });
}

async function launch(spec: ProcessSpec): Promise<RunningProcess> {
  const log = openSync(spec.logFile, 'w');
  const child = spawn(spec.command, spec.args ?? [], {
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const { pid } = child;
  if (pid === undefined)
    throw await new Promise<Error>((resolve) =>
      child.once('error', (cause) => resolve(cannotStart(spec.command, cause))),
    );
  leash(child, pid);
  return { pid, logPath: spec.logFile, exited, stop: () => stop(child, exited, spec.graceMs ?? 10_000) };
}

/**
 * Ties a child's life to ours: a shell waits on a pipe only we hold open, and kills the child when the pipe
 * closes. That holds for a crash and SIGKILL too, where no handler of ours would run. It has a process group of
 * its own, so that Ctrl-C does not reach it.
 */
function leash(child: ChildProcess, pid: number): void {
  const keeper = spawn('/bin/sh', ['-c', 'read -r _; kill -KILL "$1" 2>/dev/null', 'leash', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  keeper.unref();
  child.once('exit', () => keeper.kill('SIGKILL'));
}

async function stop(child: ChildProcess, exited: Promise<number | null>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(kill);
}

async function isReady({ readyWhen, logFile }: ProcessSpec): Promise<boolean> {
  if ('port' in readyWhen) return isPortOpen(LOOPBACK, readyWhen.port);
  if ('logLine' in readyWhen) return readyWhen.logLine.test(await readFile(logFile, 'utf8'));
  return readyWhen.check();
}

async function whyNotReady(
  spec: ProcessSpec,
  outcome: Outcome,
  seen: { timeoutMs: number; code: number | null },
): Promise<string> {
  const name = basename(spec.command);
  const what =
    outcome === 'exited'
      ? `${name} exited (${seen.code === null ? 'by a signal' : `code ${seen.code}`}) before it was ready`
      : `${name} was not ready within ${seen.timeoutMs} ms (${describe(spec.readyWhen)}) and was stopped`;
  return `${what}. The last lines of ${spec.logFile}:\n${lastLines(await readFile(spec.logFile, 'utf8'))}`;
}

function describe(readyWhen: ReadyWhen): string {
  if ('port' in readyWhen) return `expected port ${readyWhen.port} to accept connections`;
  if ('logLine' in readyWhen) return `expected a log line like ${readyWhen.logLine.source}`;
  return 'expected its own check to pass';
}
