import { CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import { StackError } from '../model/define-stack.ts';
import { asCalled } from './called-as.ts';
import { errorForPeople } from './errors-for-people.ts';
import { exitCodeOf, type ErrorCode, type TerminalCode } from '../model/errors.ts';

/**
 * An error the user can correct: shown without a stack trace; the process ends with the exit code of `code`
 * (model/errors.ts).
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: ErrorCode | TerminalCode;

  constructor(code: ErrorCode | TerminalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The end of a command that threw: the text for standard error, and the exit code. */
export interface Ending {
  readonly message: string;
  readonly exitCode: number;
}

/** With the commands of its message as this program was called. */
export function endingOf(error: unknown): Ending {
  const { message, exitCode } = usualEndingOf(error);
  return { message: asCalled(message), exitCode };
}

/** An unknown error is a fault of this program and shows its stack, to be reported. */
function usualEndingOf(error: unknown): Ending {
  // Commander wrote its message already; --help and --version are no errors.
  if (error instanceof CommanderError)
    return { message: '', exitCode: error.exitCode === 0 ? 0 : exitCodeOf('USAGE') };
  if (error instanceof ClusterError)
    return { message: errorForPeople(error), exitCode: exitCodeOf(error.code) };
  if (error instanceof CommandError || error instanceof ConfigError)
    return { message: error.message, exitCode: exitCodeOf(error.code) };
  // By name: only commands that render load charts-ts.
  if (error instanceof StackError || (error instanceof Error && error.name === 'UserError')) {
    const code = 'code' in error ? (error.code as TerminalCode) : 'STACK_INVALID';
    return { message: error.message, exitCode: exitCodeOf(code) };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    message: `A fault of mooring itself; please report it:\n${stack}`,
    exitCode: exitCodeOf('INTERNAL'),
  };
}
