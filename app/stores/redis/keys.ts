import type { Env } from '../../../contract/backend-env.ts';
import type { Scope } from '../types.ts';

/**
 * What the keys and channels of a session begin with. Ids are encoded, so that an id with a separator in it cannot collide
 * with another one; the braces put a session's keys into one slot.
 */
export const sessionKey = ({ patientId, sessionId }: Scope): string =>
  `mooring:{${encodeURIComponent(patientId)}:${encodeURIComponent(sessionId)}}`;

/** Where a patient's rate is kept. */
export const rateKey = (patientId: string): string => `mooring:rate:{${encodeURIComponent(patientId)}}`;

/** Channels are of a whole Redis, not of one of its databases. */
export const channelPrefix = ({ REDIS_DB }: Pick<Env, 'REDIS_DB'>): string => `${REDIS_DB}:`;

/** The channel that every replica hears: that answers were given up. What is said is who says it. */
export const owedChannel = (env: Pick<Env, 'REDIS_DB'>): string => `${channelPrefix(env)}mooring:owed`;

/** The channel that every replica hears: which answers are to be stopped. */
export const stopsChannel = (env: Pick<Env, 'REDIS_DB'>): string => `${channelPrefix(env)}mooring:stops`;
