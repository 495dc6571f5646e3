// Generated from contract/ by "npm run generate".
import {
  bounded,
  constant,
  flag,
  list,
  object,
  orNull,
  text,
  time,
  union,
  whole,
  word,
  type Read,
} from './read.ts';

export const readName = bounded(1, 128, /^[^\s/\\\p{C}]+$/u);
export type Name = Read<typeof readName>;

export const readTurn = object(
  { id: text, offset: whole, speaker: word<'patient' | 'assistant'>(), text: text, recordedAt: time },
  { replyTo: text, replaces: text, replacedBy: text, stopped: flag, failed: flag },
);
export type Turn = Read<typeof readTurn>;

export const readUsedFact = object({ id: text, text: text, recordedAt: time, sourceId: text }, {});
export type UsedFact = Read<typeof readUsedFact>;

export const readMessageFrame = object(
  { type: constant('message'), id: bounded(1, 128), text: bounded(1, 16000) },
  { replaces: bounded(1, 128) },
);
export type MessageFrame = Read<typeof readMessageFrame>;

export const readClientFrame = union({
  message: readMessageFrame,
  stop: object({ type: constant('stop'), id: bounded(1, 128) }, {}),
  ping: object({ type: constant('ping') }, {}),
});
export type ClientFrame = NonNullable<ReturnType<typeof readClientFrame>>;

export const readServerFrame = union({
  welcome: object(
    {
      type: constant('welcome'),
      patientId: text,
      sessionId: text,
      epoch: text,
      offset: whole,
      recovered: flag,
      mode: word<'extractive' | 'llm'>(),
    },
    { history: list(readTurn) },
  ),
  session: object({ type: constant('session'), epoch: text, offset: whole }, {}),
  ack: object({ type: constant('ack'), id: text, offset: whole, recordedAt: time, duplicate: flag }, {}),
  turn: object({ type: constant('turn'), offset: whole, turn: readTurn }, {}),
  delta: object({ type: constant('delta'), id: text, attempt: whole, at: whole, text: text }, {}),
  done: object(
    {
      type: constant('done'),
      id: text,
      offset: whole,
      text: text,
      recordedAt: time,
      facts: list(readUsedFact),
    },
    { stopped: flag, certainty: word<'answered' | 'related' | 'nothing'>(), degraded: text },
  ),
  answer: object(
    { type: constant('answer'), offset: whole, turn: readTurn, facts: list(readUsedFact) },
    { certainty: word<'answered' | 'related' | 'nothing'>(), degraded: text },
  ),
  memory: object({ type: constant('memory') }, {}),
  error: object(
    { type: constant('error'), code: text, retryable: flag, message: text },
    { id: text, offset: whole, attempt: whole, retryAfterMs: whole },
  ),
  dependency: object(
    { type: constant('dependency'), name: text, state: word<'away' | 'back'>(), reason: text },
    {},
  ),
  pong: object({ type: constant('pong') }, {}),
});
export type ServerFrame = NonNullable<ReturnType<typeof readServerFrame>>;

export const readStatus = object(
  {
    ready: flag,
    reason: text,
    message: text,
    retryAfterSeconds: orNull(whole),
    mode: word<'extractive' | 'llm'>(),
    dependencies: list(object({ name: text, state: text }, {})),
  },
  { search: text },
);
export type Status = Read<typeof readStatus>;

export const readPatientContext = object(
  { patientId: text, facts: list(readUsedFact), recent: list(readTurn), unavailable: list(text) },
  {
    held: list(
      object(
        {
          id: text,
          subject: text,
          predicate: text,
          value: text,
          text: text,
          recordedAt: time,
          sourceId: text,
        },
        { object: text, occasion: text, validAt: text },
      ),
    ),
  },
);
export type PatientContext = Read<typeof readPatientContext>;

export const readProblem = object(
  { code: text, message: text },
  { reasons: list(text), retryAfterSeconds: whole },
);
export type Problem = Read<typeof readProblem>;

export type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;

export const limits = {
  messageBytes: 65536,
  readBytes: 262144,
  fragments: 64,
  textLength: 16000,
  answerLength: 16000,
  idLength: 128,
  nameLength: 128,
  bufferedBytes: 1048576,
  contextBytes: 262144,
} as const;

export const subprotocols = { chat: 'mooring.chat.v2', token: 'mooring.jwt.' } as const;

export const resumeQuery = { epoch: 'epoch', offset: 'offset' } as const;

export const httpPaths = {
  status: '/api/status',
  context: '/api/patients/:patient/context',
  page: '/chat/:patient',
  chat: '/ws/chat/:patient/:session',
} as const;

export const closeCodes = {
  restart: {
    code: 1012,
    then: 'reconnect',
    reason: 'the server is shutting down; reconnect, another one answers',
  },
  brokenFrame: { code: 1002, then: 'stop', reason: 'a frame broke the WebSocket protocol' },
  brokenText: { code: 1007, then: 'stop', reason: 'a text frame was no UTF-8' },
  tooFragmented: { code: 1008, then: 'stop', reason: 'a message came in too many fragments' },
  tooBig: { code: 1009, then: 'stop', reason: 'a frame was larger than 65536 bytes' },
  tooSlow: { code: 4008, then: 'reconnect', reason: 'the connection did not read what it was sent' },
  silent: { code: 4009, then: 'reconnect', reason: 'the connection did not answer pings' },
  idle: { code: 4010, then: 'reconnect', reason: 'no frame went either way for too long' },
  tokenExpired: { code: 4401, then: 'reconnect', reason: 'the token expired; reconnect with a new one' },
  notText: { code: 4500, then: 'stop', reason: 'frames are JSON text; a binary one came' },
} as const;

export const closesForGood = [
  [1002, 1002],
  [1007, 1009],
  [4500, 4999],
] as const;
