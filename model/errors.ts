/** The one table of error codes, of HTTP answers, frames and exits. */
export const errorCodes = {
  CONFIG_INVALID: {
    http: 500,
    exit: 78,
    means: 'An environment variable does not parse; the app refuses to start.',
  },
  STACK_INVALID: {
    http: 422,
    exit: 65,
    means:
      'The document, or a stack built in code, contradicts itself; or a file that was read is no YAML or holds no object.',
  },
  PORT_BUSY: { http: 500, exit: 69, means: 'Another process listens on the port that was asked for.' },
  NOT_READY: { http: 503, exit: 75, means: 'A dependency is away; try again after Retry-After seconds.' },
  DRAINING: { http: 503, exit: 75, means: 'This process is shutting down; connect again to reach another.' },
  UNAUTHORIZED: { http: 401, exit: 77, means: 'No token, or one that does not verify.' },
  FORBIDDEN: {
    http: 403,
    exit: 77,
    means: 'The token does not allow what was asked for, or a page of another site asks.',
  },
  NOT_FOUND: { http: 404, exit: 66, means: 'No such path.' },
  BAD_REQUEST: { http: 400, exit: 65, means: 'The path or the body has the wrong form.' },
  BAD_FRAME: {
    http: 400,
    exit: 65,
    means: 'A WebSocket frame has the wrong form; the connection stays open.',
  },
  ID_REUSED: { http: 409, exit: 65, means: 'The message id was already used for another text.' },
  STORE_AWAY: {
    http: 503,
    exit: 75,
    means: 'The message was not stored; nothing was acknowledged, send it again.',
  },
  UNKNOWN_OUTCOME: {
    http: 503,
    exit: 75,
    means: 'It is not known whether the message was stored; send it again with the same id.',
  },
  ANSWER_FAILED: {
    http: 502,
    exit: 75,
    means: 'The message is stored and acknowledged, but no answer could be made.',
  },
  NOTHING_TO_REPLACE: {
    http: 409,
    exit: 65,
    means:
      'The message that an edit replaces is not in this session, or was replaced already; nothing was stored.',
  },
  FRAME_TOO_LARGE: {
    http: 413,
    exit: 65,
    means: 'A WebSocket frame is larger than is read; nothing was stored.',
  },
  RATE_LIMITED: {
    http: 429,
    exit: 75,
    means: 'Too many messages in a short time: nothing was stored; send it again after `retryAfterMs`.',
  },
  TOO_MANY_CONNECTIONS: {
    http: 503,
    exit: 75,
    means: 'As many connections are open as may be, in all or of one person; try again later.',
  },
  INTERNAL: { http: 500, exit: 70, means: 'A fault of the app itself; its log has the details.' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** EX_TEMPFAIL: the same may be tried again. */
export const isRetryable = (code: ErrorCode): boolean => errorCodes[code].exit === 75;

/** Codes of commands only; no server answers with these. */
export const terminalCodes = {
  DIFFERENT: {
    exit: 1,
    means: 'What was compared differs, or what was checked has findings; nothing went wrong while looking.',
  },
  USAGE: { exit: 64, means: 'The command line is wrong, or a question could not be asked: see --help.' },
  NOT_CONFIRMED: { exit: 64, means: 'The change was not confirmed; nothing was changed.' },
  NO_SUCH_FILE: { exit: 66, means: 'A file that was named is not there or cannot be read.' },
  NO_SUCH_NAME: { exit: 66, means: 'Nothing has the name that was asked for.' },
  NO_CONTEXT: {
    exit: 66,
    means: 'The kubeconfig, the named context, or the source of its credentials is missing.',
  },
  CANNOT_WRITE: { exit: 73, means: 'A file cannot be written, or is there already.' },
  CLUSTER_AWAY: { exit: 69, means: 'The API server cannot be reached.' },
  CLUSTER_DENIED: {
    exit: 77,
    means: 'The API server does not know these credentials, or does not let them do this.',
  },
  CLUSTER_REFUSED: { exit: 65, means: 'The API server refused an object; its reason is shown.' },
  CLUSTER_CONFLICT: {
    exit: 73,
    means: 'Another manager owns a field to be changed, or another apply is running.',
  },
  NAMESPACE_ENDING: { exit: 75, means: 'The namespace is being deleted; wait until it is gone.' },
  PREFLIGHT_FAILED: { exit: 69, means: 'The cluster lacks what the stack needs; nothing was changed.' },
  ROLLOUT_FAILED: {
    exit: 1,
    means:
      'Everything was applied, but the stack did not come up or its check did not pass; the message names the cause.',
  },
  NOT_FOUND_IN_CLUSTER: { exit: 66, means: 'The object that was asked for is not in the cluster.' },
  INTERRUPTED: {
    exit: 130,
    means: 'Ctrl-C. What was done stays; run the command again to continue.',
  },
} as const;

export type TerminalCode = keyof typeof terminalCodes;

/** The exit code of a process that ends for this reason. */
export function exitCodeOf(code: ErrorCode | TerminalCode): number {
  return code in terminalCodes
    ? terminalCodes[code as TerminalCode].exit
    : errorCodes[code as ErrorCode].exit;
}
