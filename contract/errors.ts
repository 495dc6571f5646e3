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
