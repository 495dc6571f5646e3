/** An error the user can correct: shown without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** Something wrong in a file, a file that is not there, or one that cannot be written. */
  readonly code: 'STACK_INVALID' | 'NO_SUCH_FILE' | 'CANNOT_WRITE';

  constructor(
    message: string,
    { code = 'STACK_INVALID', cause }: { code?: UserError['code']; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** `EX_DATAERR` of sysexits.h: the input is wrong. */
export const badInputExitCode = 65;
