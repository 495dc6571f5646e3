import type { TerminalCode } from '../model/errors.ts';

/** Something about a cluster that its user can mend: shown as it is, without a stack trace. */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';
  readonly code: TerminalCode;

  constructor(code: TerminalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One reason of a `Status`, such as a field that is refused or another manager that owns it. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What the API server answered instead of success, with its own words kept. */
export class ApiError extends ClusterError {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly status: number;
  /** `NotFound`, `Conflict`, `Invalid`, …; empty where the server gave none. */
  readonly reason: string;
  /** What the server said, unchanged. */
  readonly said: string;
  readonly causes: readonly StatusCause[];

  constructor(
    code: TerminalCode,
    message: string,
    answer: { status: number; reason: string; said: string; causes: readonly StatusCause[] },
  ) {
    super(code, message);
    this.status = answer.status;
    this.reason = answer.reason;
    this.said = answer.said;
    this.causes = answer.causes;
  }
}
