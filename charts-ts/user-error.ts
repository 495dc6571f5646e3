/** A mistake its reader can mend: shown as it is, without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** `EX_DATAERR` of sysexits.h: what was given to read is wrong. */
export const badInputExitCode = 65;
