import { limits, type Turn } from '../../contract/protocol.ts';
import type { Position, RecordStore, Scope, SessionEvent } from '../stores/types.ts';
import { fits, withinBytes } from '../within-bytes.ts';
import type { SessionHistory } from './session-history.ts';
import type { Opening } from './types.ts';

/** Most events a resumed connection is sent before it is shown the newest turns instead. */
const mostMissed = 200;

/** Half of a connection's send buffer, so that a slow reader is not closed as too slow because of what it begins with. */
const mostBytes = limits.bufferedBytes / 2;

interface Reading {
  readonly record: RecordStore;
  readonly history: SessionHistory;
}

/** What a connection begins with; `from` is what its client has. */
export async function opening(
  { record, history }: Reading,
  scope: Scope,
  { limit, from }: { readonly limit: number; readonly from?: Position | undefined },
): Promise<Opening> {
  const missed = from && (await missedSince(record, scope, from));
  if (missed) return { position: from, missed };
  const { epoch, offset, turns } = await history.read(scope, limit);
  return {
    position: { epoch, offset },
    missed: [],
    history: shown(fittingHistory(turns)),
  };
}

/** The newest turns that fit. Of a newest turn that is larger than that, the beginning is shown. */
export function fittingHistory(turns: readonly Turn[]): Turn[] {
  return withinBytes(turns.toReversed(), mostBytes).reverse();
}

/**
 * Without an answer at the beginning whose message is older than what is shown. What a cache has of a failure may be from
 * before the message was sent again.
 */
function shown(turns: readonly Turn[]): readonly Turn[] {
  const answered = new Set(turns.map(({ replyTo }) => replyTo));
  return turns
    .slice(turns[0]?.replyTo === undefined ? 0 : 1)
    .map(({ failed, ...turn }) => (failed && !answered.has(turn.id) ? { ...turn, failed } : turn));
}

/** Every event since a position, or none when that is not certain: the log is another one, or too much was missed. */
async function missedSince(
  record: RecordStore,
  scope: Scope,
  from: Position,
): Promise<readonly SessionEvent[] | undefined> {
  const end = await record.position(scope);
  if (end?.epoch !== from.epoch || end.offset < from.offset || end.offset - from.offset > mostMissed)
    return undefined;
  const events = end.offset === from.offset ? [] : await record.events(scope, from.offset, mostMissed);
  const isWhole = events.length >= end.offset - from.offset && events.every(follows(from));
  return isWhole && fits(events, mostBytes) ? events : undefined;
}

const follows =
  ({ epoch, offset }: Position) =>
  (event: SessionEvent, at: number): boolean =>
    event.epoch === epoch && event.turn.offset === offset + 1 + at;
