import type { Scope } from '../types.ts';

/**
 * What the keys and channels of a session begin with. Ids are encoded, so that an id with a separator in it cannot collide
 * with another one; the braces put a session's keys into one slot.
 */
export const sessionKey = ({ patientId, sessionId }: Scope): string =>
  `mooring:{${encodeURIComponent(patientId)}:${encodeURIComponent(sessionId)}}`;
