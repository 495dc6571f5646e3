import { spawn } from 'node:child_process';
import { lastLines } from './last-lines.ts';

export interface CommandOptions {
  cwd?: string;
  /** Added to this process' own environment. */
  env?: Record<string, string>;
  /** Written to the command's standard input, which is then closed. */
  input?: string;
}

export interface Output {
  stdout: string;
  stderr: string;
}

/**
 * Runs a command to its end and answers what it printed and its exit code (null if a signal ended it).
 * Rejects only if it could not be started, in words that say so.
 */
export function capture(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Output & { code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', (cause) => reject(cannotStart(command, cause)));
    child.once('close', (code) =>
      resolve({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code }),
    );
    // A command that exits without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Like `capture`, but rejects when the exit code is not 0; the message has the command and its last lines. */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Output> {
  const { code, stdout, stderr } = await capture(command, args, options);
  if (code === 0) return { stdout, stderr };
  const ending = code === null ? 'was ended by a signal' : `failed with exit code ${code}`;
  throw new Error(
    `\`${[command, ...args].join(' ')}\` ${ending}${options.cwd === undefined ? '' : ` in ${options.cwd}`}. ` +
      `Its last lines:\n${lastLines(`${stdout}\n${stderr}`)}`,
  );
}

/** The error of a program that could not be started at all. */
export function cannotStart(command: string, cause: Error): Error {
  const missing = 'code' in cause && cause.code === 'ENOENT';
  const reason = missing ? 'it is not installed or not on PATH' : cause.message;
  return new Error(`\`${command}\` could not be started: ${reason}.`, { cause });
}
