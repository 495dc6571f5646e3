import { usualCall } from './names.ts';

/** What a code of either table says for people. */
export interface ErrorCodeFacts {
  readonly exit: number;
  readonly means: string;
  /** What to do. */
  readonly fix: string;
}

/** The one table of error codes, of HTTP answers, frames and exits. */
export const errorCodes = {
  CONFIG_INVALID: {
    http: 500,
    exit: 78,
    means: 'An environment variable does not parse; the app refuses to start.',
    fix: 'Correct the variables that its log names, and start it again.',
  },
  STACK_INVALID: {
    http: 422,
    exit: 65,
    means:
      'The document, or a stack built in code, contradicts itself; or a file that was read is no YAML or holds no object.',
    fix: 'Correct the file at the line that the message names.',
  },
  PORT_BUSY: {
    http: 500,
    exit: 69,
    means: 'Another process listens on the port that was asked for.',
    fix: 'End that process, or choose another port.',
  },
  NOT_READY: {
    http: 503,
    exit: 75,
    means: 'A dependency is away.',
    fix: `Try again after Retry-After seconds; "${usualCall} status" names the dependency.`,
  },
  DRAINING: {
    http: 503,
    exit: 75,
    means: 'This process is shutting down.',
    fix: 'Connect again, which reaches another.',
  },
  TOO_MANY_CONNECTIONS: {
    http: 429,
    exit: 75,
    means: 'The same person has as many connections to this process as are allowed.',
    fix: 'Close one of them, and connect again after Retry-After seconds.',
  },
  SERVER_FULL: {
    http: 503,
    exit: 75,
    means: 'This process has as many connections as it takes.',
    fix: 'Connect again after Retry-After seconds; run more replicas.',
  },
  HANDSHAKE_TIMEOUT: {
    http: 503,
    exit: 75,
    means: 'What a handshake needs (keys of tokens, what was said before) was not had in time.',
    fix: 'Connect again after Retry-After seconds; the log of the app says what was slow.',
  },
  UNAUTHORIZED: {
    http: 401,
    exit: 77,
    means: 'No token, or one that does not verify.',
    fix: 'Send a token that the app can verify and that has not expired.',
  },
  FORBIDDEN: {
    http: 403,
    exit: 77,
    means: 'The token does not allow what was asked for, or a page of another site asks.',
    fix: 'Use a token that allows it, or a page of this site.',
  },
  NOT_FOUND: { http: 404, exit: 66, means: 'No such path.', fix: 'Ask for a path of its documentation.' },
  BAD_REQUEST: {
    http: 400,
    exit: 65,
    means: 'The path or the body has the wrong form.',
    fix: 'Send what the message of the answer expects.',
  },
  BAD_FRAME: {
    http: 400,
    exit: 65,
    means: 'A WebSocket frame has the wrong form; the connection stays open.',
    fix: 'Send a frame as its documentation has it.',
  },
  RATE_LIMITED: {
    http: 429,
    exit: 75,
    means: 'Too many frames or messages came; this one was not taken, and the connection stays open.',
    fix: 'Send it again after retryAfterMs.',
  },
  ID_REUSED: {
    http: 409,
    exit: 65,
    means: 'The message id was already used for another text.',
    fix: 'Give each message an id of its own.',
  },
  STORE_AWAY: {
    http: 503,
    exit: 75,
    means:
      'The message was not taken, so this sending of it is not stored; one before it, with the same id, may be.',
    fix: 'Send it again with the same id: it is not stored twice.',
  },
  UNKNOWN_OUTCOME: {
    http: 503,
    exit: 75,
    means: 'It is not known whether the message was stored.',
    fix: 'Send it again with the same id: it is not stored twice.',
  },
  ANSWER_FAILED: {
    http: 502,
    exit: 75,
    means: 'The message is stored and acknowledged, but no answer could be made.',
    fix: 'Ask again later; the log of the app says why.',
  },
  NO_SUCH_MESSAGE: {
    http: 404,
    exit: 66,
    means: 'The message whose answer is to be stopped is not in this session.',
    fix: 'Stop the answer to a message that was acknowledged.',
  },
  NOTHING_TO_REPLACE: {
    http: 409,
    exit: 65,
    means:
      'The message that an edit replaces is not in this session, or was replaced already; nothing was stored.',
    fix: 'Send the text as a new message, or replace the newest version.',
  },
  FRAME_TOO_LARGE: {
    http: 413,
    exit: 65,
    means: 'A WebSocket frame is larger than is taken; nothing was stored, and the connection is closed.',
    fix: 'Send a shorter text, or letters as they are instead of `\\uXXXX`.',
  },
  INTERNAL: {
    http: 500,
    exit: 70,
    means: 'A fault of the program itself.',
    fix: 'Report it, with what the log or the terminal shows.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeFacts & { readonly http: number }>>;

export type ErrorCode = keyof typeof errorCodes;

/** EX_TEMPFAIL: the same may be tried again. */
export const isRetryable = (code: ErrorCode): boolean => errorCodes[code].exit === 75;

/** Codes of commands only; no server answers with these. */
export const terminalCodes = {
  DIFFERENT: {
    exit: 1,
    means: 'What was compared differs, or what was checked has findings; nothing went wrong while looking.',
    fix: 'Read what is listed, and correct it where it is not meant.',
  },
  CONFIG_FILE_INVALID: {
    exit: 78,
    means: 'mooring.config.ts cannot be loaded, or exports something else than a stack or kinds.',
    fix: 'Correct the file at the line that the message names.',
  },
  USAGE: {
    exit: 64,
    means: 'The command line is wrong, or a question could not be asked.',
    fix: 'See --help of the command.',
  },
  NOT_CONFIRMED: {
    exit: 64,
    means: 'The change was not confirmed; nothing was changed.',
    fix: 'Run it again and answer with yes, or give --yes.',
  },
  NO_SUCH_FILE: {
    exit: 66,
    means: 'A file that was named is not there or cannot be read.',
    fix: 'Name a file that is there and that you may read.',
  },
  NO_SUCH_NAME: {
    exit: 66,
    means: 'Nothing has the name that was asked for.',
    fix: 'Use a name that the message lists or suggests.',
  },
  NO_CONTEXT: {
    exit: 66,
    means: 'The kubeconfig, the named context, or the source of its credentials is missing.',
    fix: 'Name another with --context or --kubeconfig, or sign in again.',
  },
  CANNOT_WRITE: {
    exit: 73,
    means: 'A file cannot be written, or is there already.',
    fix: 'Choose another path, or give --force where the command has it.',
  },
  CLUSTER_AWAY: {
    exit: 69,
    means: 'The API server cannot be reached.',
    fix: 'Start the cluster, or check the server of the context and the network.',
  },
  CLUSTER_DENIED: {
    exit: 77,
    means: 'The API server does not know these credentials, or does not let them do this.',
    fix: 'Sign in again, or ask an administrator for the right that the message names.',
  },
  CLUSTER_REFUSED: {
    exit: 65,
    means: 'The API server refused an object; its reason is shown.',
    fix: 'Correct what its reason names.',
  },
  CLUSTER_CONFLICT: {
    exit: 73,
    means: 'Another manager owns a field to be changed, or another apply is running.',
    fix: 'Leave the field to its manager or take it back with --force-conflicts; wait for the other apply.',
  },
  NAMESPACE_ENDING: {
    exit: 75,
    means: 'The namespace is being deleted.',
    fix: 'Wait until it is gone, and run the command again.',
  },
  PREFLIGHT_FAILED: {
    exit: 69,
    means: 'The cluster lacks what the stack needs; nothing was changed.',
    fix: 'Give the cluster what the message names, and run the command again.',
  },
  ROLLOUT_FAILED: {
    exit: 1,
    means:
      'Everything was applied, but the stack did not come up or its check did not pass; the message names the cause.',
    fix: `Mend the cause and apply again; "${usualCall} doctor" finds more.`,
  },
  NOT_FOUND_IN_CLUSTER: {
    exit: 66,
    means: 'The object that was asked for is not in the cluster.',
    fix: 'Check the name, the namespace and the context.',
  },
  INTERRUPTED: {
    exit: 130,
    means: 'Ctrl-C. What was done stays.',
    fix: 'Run the command again to continue.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeFacts>>;

export type TerminalCode = keyof typeof terminalCodes;

/** The exit code of a process that ends for this reason. */
export function exitCodeOf(code: ErrorCode | TerminalCode): number {
  return code in terminalCodes
    ? terminalCodes[code as TerminalCode].exit
    : errorCodes[code as ErrorCode].exit;
}
