import { z } from 'zod';
import type { ErrorCode } from '../model/errors.ts';

/** The frames of `/ws/chat/:patient/:session`, JSON text both ways, and the codes a connection is closed with. */

export const limits = {
  /** Bytes of one incoming WebSocket message; a longer one closes the connection with 1009. */
  messageBytes: 65_536,
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

/**
 * WebSocket subprotocols. A browser cannot set headers on a handshake, so it offers its token as a second
 * subprotocol: `[chat, token + jwt]`; the server only ever selects `chat`. Without a token none need be offered.
 */
export const subprotocols = { chat: 'mooring.chat.v1', token: 'mooring.jwt.' } as const;

/** Patient and session ids as they stand in the path, decoded: `patient:demo`, `session:1769173656693`. */
export const nameSchema = z
  .string()
  .min(1)
  .max(limits.nameLength)
  .regex(/^[^\s/\\\p{C}]+$/u, 'no spaces, slashes or control characters');

export const messageFrame = z.strictObject({
  type: z.literal('message'),
  /** Chosen by the client: a resend with the same id is acknowledged again but not stored again. */
  id: z
    .string()
    .min(1)
    .max(limits.idLength)
    .refine((id) => id.isWellFormed(), 'well-formed Unicode'),
  /** Lone surrogates are replaced here: a store would replace them, and a resend would then be another text. */
  text: z
    .string()
    .overwrite((text) => text.toWellFormed())
    .trim()
    .min(1)
    .max(limits.textLength),
});

export const clientFrame = z.discriminatedUnion('type', [messageFrame]);
export type ClientFrame = z.infer<typeof clientFrame>;

/** Who said it. */
export const speaker = z.enum(['patient', 'assistant']);

/** One past message. `id` is the message's own; an answer carries the id it answers in `replyTo`. */
export const turn = z.strictObject({
  id: z.string(),
  speaker,
  text: z.string(),
  recordedAt: z.iso.datetime(),
  replyTo: z.string().optional(),
});
export type Turn = z.infer<typeof turn>;

/** A fact an answer used, with where it is from. */
export const usedFact = z.strictObject({
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

export const serverFrame = z.discriminatedUnion('type', [
  /** First frame of every connection: only now is the client connected. */
  z.strictObject({
    type: z.literal('welcome'),
    patientId: z.string(),
    sessionId: z.string(),
    mode: answerMode,
    history: z.array(turn),
  }),
  /** The message is stored in the system of record. `duplicate`: it already was. */
  z.strictObject({
    type: z.literal('ack'),
    id: z.string(),
    recordedAt: z.iso.datetime(),
    duplicate: z.boolean(),
  }),
  /** The next piece of the answer to message `id`. */
  z.strictObject({ type: z.literal('delta'), id: z.string(), text: z.string() }),
  /** The whole answer to message `id`, and the facts it used. */
  z.strictObject({
    type: z.literal('done'),
    id: z.string(),
    text: z.string(),
    facts: z.array(usedFact),
    /** Why the answer may know less than the memory holds; absent when it does not. */
    degraded: z.string().optional(),
  }),
  /** Something failed; the connection stays open. `id` names the message it is about. */
  z.strictObject({
    type: z.literal('error'),
    code: z.string(),
    message: z.string(),
    id: z.string().optional(),
  }),
  /** A store is away, or back. */
  z.strictObject({
    type: z.literal('dependency'),
    /** The service's name in the stack. */
    name: z.string(),
    state: z.enum(['away', 'back']),
    reason: z.string(),
  }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;
export type ErrorFrame = Extract<ServerFrame, { type: 'error' }> & { readonly code: ErrorCode };

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
  tokenExpired: { code: 4401, then: 'reconnect', reason: 'the token expired; reconnect with a new one' },
  notText: { code: 4500, then: 'stop', reason: 'frames are JSON text; a binary one came' },
} as const satisfies Record<string, { code: number; then: AfterClose; reason: string }>;

/** What a client does when its connection is closed with `code`. 4500–4999 are terminal, as Centrifugo's. */
export function afterClose(code: number): AfterClose {
  const known = Object.values(closeCodes).find((entry) => entry.code === code);
  return known?.then ?? (code >= 4_500 && code <= 4_999 ? 'stop' : 'reconnect');
}
