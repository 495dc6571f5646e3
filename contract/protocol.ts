import { z } from 'zod';
import type { ErrorCode } from '../model/errors.ts';

/** The frames of `/ws/chat/:patient/:session`, JSON text both ways, and the codes a connection is closed with. */

export const limits = {
  /** Bytes of one incoming WebSocket message; a longer one is refused, and the connection closed with 1009. */
  messageBytes: 65_536,
  /** Bytes of one that are read at all, for the refusal to name the message; a longer one is only closed with 1009. */
  readBytes: 262_144,
  /** Fragments of one, so that a client cannot make the server buffer without bound; more close with 1008. */
  fragments: 64,
  /** Characters of a message's text. */
  textLength: 16_000,
  /** Characters of an answer; a longer one is ended there. */
  answerLength: 16_000,
  /** Characters of a message id. */
  idLength: 128,
  /** Characters of a patient or session id, after percent-decoding. */
  nameLength: 128,
  /** Bytes waiting in a connection's send buffer before it is closed as too slow. */
  bufferedBytes: 1_048_576,
  /** Bytes of facts and turns in the context of a patient; the oldest are left out. */
  contextBytes: 262_144,
} as const;

/** Calls to a language model of one process: at once in all, at once for a patient, and waiting for a patient. */
export const modelCallLimits = { inAll: 16, perKey: 2, waitingPerKey: 4 } as const;

/** The versions of these frames that are spoken, newest first; a client that offers none gets the newest. */
export const spokenVersions = ['mooring.chat.v2'] as const;

/**
 * WebSocket subprotocols. A browser cannot set headers on a handshake, so it offers its token as a second
 * subprotocol: `[chat, token + jwt]`; the server only ever selects a version of the chat.
 */
export const subprotocols = { chat: spokenVersions[0], token: 'mooring.jwt.' } as const;

/** Query of a handshake that resumes: the session's epoch, and the offset of the last event the client has. */
export const resumeQuery = { epoch: 'epoch', offset: 'offset' } as const;

/** Patient and session ids as they stand in the path, decoded: `patient:demo`, `session:1769173656693`. */
export const nameSchema = z
  .string()
  .min(1)
  .max(limits.nameLength)
  .regex(/^[^\s/\\\p{C}]+$/u, 'no spaces, slashes or control characters');

/** Chosen by the client: a resend with the same id is acknowledged again but not stored again. */
const messageId = z
  .string()
  .min(1)
  .max(limits.idLength)
  .refine((id) => id.isWellFormed(), 'well-formed Unicode');

/** Readers of frames are tolerant: what they do not know of a frame they leave out. */
export const messageFrame = z.object({
  type: z.literal('message'),
  id: messageId,
  /** Lone surrogates are replaced here: a store would replace them, and a resend would then be another text. */
  text: z
    .string()
    .overwrite((text) => text.toWellFormed())
    .trim()
    .min(1)
    .max(limits.textLength),
  /** The message of this session that this one is an edit of. That one stays, marked, and is not recalled any more. */
  replaces: messageId.optional(),
});
export type MessageFrame = z.infer<typeof messageFrame>;

export const clientFrame = z.discriminatedUnion('type', [
  messageFrame,
  /** Ends the answer to message `id`; what there is of it is stored as it is. */
  z.object({ type: z.literal('stop'), id: messageId }),
  /** Answered with `pong`: a browser cannot send the pings of the WebSocket protocol. */
  z.object({ type: z.literal('ping') }),
]);
export type ClientFrame = z.infer<typeof clientFrame>;

/** Who said it. */
export const speaker = z.enum(['patient', 'assistant']);

/** One past message or answer. `id` is its own; an answer carries the id of the message it answers in `replyTo`. */
export const turn = z.object({
  id: z.string(),
  /** The number of its commit in the session's log. */
  offset: z.int(),
  speaker,
  text: z.string(),
  recordedAt: z.iso.datetime(),
  replyTo: z.string().optional(),
  /** The message it is an edit of. */
  replaces: z.string().optional(),
  /** The message that is an edit of it. */
  replacedBy: z.string().optional(),
  /** An answer that was ended by `stop`. */
  stopped: z.boolean().optional(),
  /** A message without an answer, since none could be made; the same sent again is tried once more. */
  failed: z.boolean().optional(),
});
export type Turn = z.infer<typeof turn>;

/** A fact an answer used, with where it is from. */
export const usedFact = z.object({
  id: z.string(),
  text: z.string(),
  /** When the patient said it. */
  recordedAt: z.iso.datetime(),
  /** The id of the message it was said in. */
  sourceId: z.string(),
});
export type UsedFact = z.infer<typeof usedFact>;

/** How answers are made: from the memory itself, or by a language model. */
export const answerMode = z.enum(['extractive', 'llm']);
export type AnswerMode = z.infer<typeof answerMode>;

/**
 * How sure it is that the facts of an answer are what was asked for. `nothing`: it was not found, which does not mean that
 * it was never told.
 */
export const certainty = z.enum(['answered', 'related', 'nothing']);
export type Certainty = z.infer<typeof certainty>;

/** What is told of an answer beside its text. */
const answered = {
  facts: z.array(usedFact),
  /** Absent where nothing was asked. */
  certainty: certainty.optional(),
  /** Why the answer may know less than the memory holds; absent when it does not. */
  degraded: z.string().optional(),
};

/**
 * A piece of the answer to message `id`, from character `at` on. A higher attempt starts afresh: what came of the one
 * before is discarded.
 */
export const deltaFrame = z.object({
  type: z.literal('delta'),
  id: z.string(),
  attempt: z.int(),
  at: z.int(),
  text: z.string(),
});

/**
 * Frames with an `offset` tell an event of the session's log. Events are told in the order of their offsets, without a
 * gap, from the one after `welcome`'s (or, when it says `recovered`, from the one after the client's own). The `ack` and
 * `done` of a message that was sent again tell their events once more.
 */
export const serverFrame = z.discriminatedUnion('type', [
  /** First frame of every connection: only now is the client connected. */
  z.object({
    type: z.literal('welcome'),
    patientId: z.string(),
    sessionId: z.string(),
    /** Where the log is; empty and 0 before its first event. */
    epoch: z.string(),
    offset: z.int(),
    /** Whether every event after the offset that the client asked for follows; else `history` is what there is to show. */
    recovered: z.boolean(),
    mode: answerMode,
    /** The newest turns, in order, each answer below its message; absent when recovered. */
    history: z.array(turn).optional(),
  }),
  /** The log has this epoch: it was begun. When the client has another one, the log was replaced: connect anew. */
  z.object({ type: z.literal('session'), epoch: z.string(), offset: z.int() }),
  /** The message is stored in the system of record. `duplicate`: it already was, and `offset` is no new event. */
  z.object({
    type: z.literal('ack'),
    id: z.string(),
    offset: z.int(),
    recordedAt: z.iso.datetime(),
    duplicate: z.boolean(),
  }),
  /** A message that another connection of the session sent. */
  z.object({ type: z.literal('turn'), offset: z.int(), turn }),
  deltaFrame,
  /** The whole answer to message `id`, as it is stored. */
  z.object({
    type: z.literal('done'),
    id: z.string(),
    offset: z.int(),
    text: z.string(),
    recordedAt: z.iso.datetime(),
    /** Whether `stop` ended it. */
    stopped: z.boolean().optional(),
    ...answered,
  }),
  /** The answer to a message that another connection sent. */
  z.object({ type: z.literal('answer'), offset: z.int(), turn, ...answered }),
  /** What is remembered of the patient has changed. */
  z.object({ type: z.literal('memory') }),
  /** Something failed; the connection stays open. `id` names the message it is about. */
  z.object({
    type: z.literal('error'),
    code: z.string(),
    /** Whether the same may be sent again. */
    retryable: z.boolean(),
    message: z.string(),
    id: z.string().optional(),
    /** That no answer could be made is an event of the log. */
    offset: z.int().optional(),
    /** Which attempt that was: its pieces are void, and those before it, also where they come later. */
    attempt: z.int().optional(),
    retryAfterMs: z.int().optional(),
  }),
  /** A store is away, or back. */
  z.object({
    type: z.literal('dependency'),
    /** The service's name in the stack. */
    name: z.string(),
    state: z.enum(['away', 'back']),
    reason: z.string(),
  }),
  z.object({ type: z.literal('pong') }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;
export type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;
export type ErrorFrame = FrameOf<'error'> & { readonly code: ErrorCode };

/** What a client must do after a close: reconnect after a back-off, or not at all. */
export type AfterClose = 'reconnect' | 'stop';

/** Every code this server closes with. A code not listed here: reconnect. */
export const closeCodes = {
  restart: {
    code: 1012,
    then: 'reconnect',
    reason: 'the server is shutting down; reconnect, another one answers',
  },
  brokenFrame: { code: 1002, then: 'stop', reason: 'a frame broke the WebSocket protocol' },
  brokenText: { code: 1007, then: 'stop', reason: 'a text frame was no UTF-8' },
  tooFragmented: { code: 1008, then: 'stop', reason: 'a message came in too many fragments' },
  tooBig: { code: 1009, then: 'stop', reason: `a frame was larger than ${limits.messageBytes} bytes` },
  tooSlow: { code: 4008, then: 'reconnect', reason: 'the connection did not read what it was sent' },
  silent: { code: 4009, then: 'reconnect', reason: 'the connection did not answer pings' },
  idle: { code: 4010, then: 'reconnect', reason: 'no frame went either way for too long' },
  tokenExpired: { code: 4401, then: 'reconnect', reason: 'the token expired; reconnect with a new one' },
  notText: { code: 4500, then: 'stop', reason: 'frames are JSON text; a binary one came' },
} as const satisfies Record<string, { code: number; then: AfterClose; reason: string }>;

/** What a client does when its connection is closed with `code`. 4500–4999 are terminal, as Centrifugo's. */
export function afterClose(code: number): AfterClose {
  const known = Object.values(closeCodes).find((entry) => entry.code === code);
  return known?.then ?? (code >= 4_500 && code <= 4_999 ? 'stop' : 'reconnect');
}
