/** A mistake its reader can mend: shown as it is, without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What the mistake is: something wrong in a file, a file that is not there, or one that cannot be written. */
  readonly code: 'STACK_INVALID' | 'NO_SUCH_FILE' | 'CANNOT_WRITE';

  constructor(
    message: string,
    { code = 'STACK_INVALID', cause }: { code?: UserError['code']; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** `EX_DATAERR` of sysexits.h: what was given to read is wrong. */
export const badInputExitCode = 65;
