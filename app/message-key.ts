import type { Scope } from './stores/types.ts';

/** Identifies a message among those of all sessions. A list, so that ids with separators in them cannot collide. */
export const messageKey = ({ patientId, sessionId }: Scope, id: string): string =>
  JSON.stringify([patientId, sessionId, id]);
