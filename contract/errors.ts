/** The one table of error codes: what a user meets in an answer, a frame or on the terminal. */
export const errorCodes = {
  CONFIG_INVALID: {
    http: 500,
    exit: 78,
    means: 'An environment variable does not parse; the app refuses to start.',
  },
  STACK_INVALID: {
    http: 422,
    exit: 65,
    means: 'The ChatStack document, or a stack built in code, contradicts itself.',
  },
  PORT_BUSY: { http: 500, exit: 69, means: 'Another process listens on the port that was asked for.' },
  NOT_READY: { http: 503, exit: 75, means: 'A dependency is away; try again after Retry-After seconds.' },
  DRAINING: { http: 503, exit: 75, means: 'This process is shutting down; connect again to reach another.' },
  UNAUTHORIZED: { http: 401, exit: 77, means: 'No token, or one that does not verify.' },
  FORBIDDEN: {
    http: 403,
    exit: 77,
    means: 'The token belongs to another patient, or a page of another site asks.',
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
  ANSWER_FAILED: {
    http: 502,
    exit: 75,
    means: 'The message is stored and acknowledged, but no answer could be made.',
  },
  INTERNAL: { http: 500, exit: 70, means: 'A fault of the app itself; its log has the details.' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What only a command meets: its exit codes, in the same table. 1 is "looked, and it is not as it should be". */
export const commandErrors = {
  KUBECONFIG_INVALID: {
    exit: 78,
    means: 'No kubeconfig, one that cannot be read, or no such context in it.',
  },
  API_UNREACHABLE: { exit: 69, means: 'The API server of the chosen context does not answer.' },
  API_UNAUTHORIZED: {
    exit: 77,
    means: 'The API server does not take the credentials of the chosen context.',
  },
  API_FORBIDDEN: { exit: 77, means: 'The user of the chosen context may not do what is needed.' },
  NAMESPACE_ENDING: { exit: 75, means: 'The namespace is being deleted; wait until it is gone.' },
  OBJECT_REFUSED: { exit: 65, means: 'The API server refuses an object, or a change to it.' },
  OBJECT_CONFLICT: { exit: 73, means: 'Another manager owns a field that is to be changed.' },
  OBJECT_ABSENT: { exit: 66, means: 'What was asked for is not in the cluster.' },
  PREFLIGHT_FAILED: { exit: 69, means: 'The cluster lacks what the stack needs; nothing was changed.' },
  ROLLOUT_FAILED: {
    exit: 1,
    means: 'Everything was applied, but the chat does not answer; the cause is named.',
  },
  NOT_CONFIRMED: { exit: 64, means: 'The command changes a cluster and nobody said yes; give --yes.' },
  INTERRUPTED: { exit: 130, means: 'Ended by the user; run again, it goes on from what is there.' },
} as const;

export type CommandErrorCode = keyof typeof commandErrors;
