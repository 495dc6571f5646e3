/**
 * This machine cannot have a part a test needs (a missing toolchain, no network). A test that meets it skips,
 * naming `what` and `reason`; every other error fails the test.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly what: string;
  readonly reason: string;

  constructor(what: string, reason: string, options?: ErrorOptions) {
    super(`${what} is not available here: ${reason}`, options);
    this.what = what;
    this.reason = reason;
  }
}
