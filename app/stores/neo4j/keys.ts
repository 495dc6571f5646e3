import type { Scope } from '../types.ts';

/** Keys of nodes: JSON lists, so that ids with separators in them cannot collide. */
export const key = (...parts: readonly string[]): string => JSON.stringify(parts);
export const sessionKey = ({ patientId, sessionId }: Scope): string => key(patientId, sessionId);
export const messageKey = ({ patientId, sessionId }: Scope, id: string): string =>
  key(patientId, sessionId, 'message', id);
/** Contains the message it answers, so that a message has at most one. */
export const answerKey = ({ patientId, sessionId }: Scope, messageId: string): string =>
  key(patientId, sessionId, 'answer', messageId);
/** A failure is of one attempt. */
export const failureKey = ({ patientId, sessionId }: Scope, messageId: string, attempt: number): string =>
  key(patientId, sessionId, 'failed', messageId, String(attempt));
/** The order in which transactions lock nodes, so that no two wait for each other. */
export const byKey = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
