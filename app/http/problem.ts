import { errorCodes, type ErrorCode } from '../../model/errors.ts';
import type { Problem, WrittenProblem } from '../../contract/http.ts';

/** An error for the client, with a code of the table in model/errors.ts. Every other error is INTERNAL. */
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

/** The body of the answer, as the contract has it. */
export function problemBody(error: ProblemError): WrittenProblem {
  return { code: error.code, message: error.message, ...error.details };
}

export function httpStatus(error: ProblemError): number {
  return errorCodes[error.code].http;
}

export const internalProblem = (): ProblemError =>
  new ProblemError('INTERNAL', 'Something failed here; the log of this instance has the details.');
