import { errorCodes, type ErrorCode } from '../../model/errors.ts';
import type { Problem } from '../../contract/http.ts';

/** Something a user is told about, by the one table of error codes. Everything else is INTERNAL. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ErrorCode;
  readonly details: Pick<Problem, 'reasons' | 'retryAfterSeconds'>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Pick<Problem, 'reasons' | 'retryAfterSeconds'> & ErrorOptions = {},
  ) {
    const { cause, ...rest } = details;
    super(message, { cause });
    this.code = code;
    this.details = rest;
  }
}

/** The answer's body, as the contract shapes it. */
export function problemBody(error: ProblemError): Problem {
  return { code: error.code, message: error.message, ...error.details };
}

export function httpStatus(error: ProblemError): number {
  return errorCodes[error.code].http;
}

export const internalProblem = (): ProblemError =>
  new ProblemError('INTERNAL', 'Something failed here; the log of this instance has the details.');
