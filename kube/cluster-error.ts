import type { ErrorReason } from '../model/error-reason.ts';
import type { TerminalCode } from '../model/errors.ts';

/** A field to be changed that another manager owns. */
export interface Conflict {
  readonly manager: string;
  /** As the API server writes it: `.spec.template.spec.containers[name="web"].image`. */
  readonly field: string;
}

/** Facts of an error besides its code and its message, each only where it applies. */
export interface ErrorFacts {
  readonly reason?: ErrorReason;
  /** The kubeconfig's context, and the URL of its API server. */
  readonly context?: string;
  readonly server?: string;
  /** The API verb and resource, such as `create` and `pods/exec`. */
  readonly verb?: string;
  readonly resource?: string;
  readonly namespace?: string;
  /** Such as `StatefulSet demo-queue`. */
  readonly object?: string;
  readonly conflicts?: readonly Conflict[];
}

/** An error about a cluster that its user can fix. The message states facts; the caller adds what to do. */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';
  readonly code: TerminalCode;
  readonly facts: ErrorFacts;

  constructor(code: TerminalCode, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.facts = facts;
  }
}

/** Whether something that was thrown is a ClusterError with this code. */
export const isClusterError = (error: unknown, code: TerminalCode): error is ClusterError =>
  error instanceof ClusterError && error.code === code;

/** One cause of a `Status`, such as a refused field or a manager that owns it. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What the API server answered instead of success. */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  /** `NotFound`, `Conflict`, `Invalid`, …; empty where the server gave none. */
  readonly reason: string;
  /** The server's own message, unchanged. */
  readonly said: string;
  readonly causes: readonly StatusCause[];
}

/** A request that the API server answered with an error. */
export class ApiError extends ClusterError implements Refusal {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  readonly said: string;
  readonly causes: readonly StatusCause[];

  constructor(code: TerminalCode, message: string, facts: ErrorFacts, answer: Refusal) {
    super(code, message, facts);
    this.status = answer.status;
    this.reason = answer.reason;
    this.said = answer.said;
    this.causes = answer.causes;
  }
}
