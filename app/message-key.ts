import type { Scope } from './stores/types.ts';

/** Keys of maps: JSON lists, so that ids with separators in them cannot collide. */

/** Identifies a session among those of all patients. */
export const sessionKey = ({ patientId, sessionId }: Scope): string => JSON.stringify([patientId, sessionId]);

/** Identifies a message among those of all sessions. */
export const messageKey = ({ patientId, sessionId }: Scope, id: string): string =>
  JSON.stringify([patientId, sessionId, id]);
