import { limits, type Turn } from '../../contract/protocol.ts';

/**
 * The newest turns whose JSON fits half of what a connection may have waiting: a slow reader must not be closed as
 * too slow for the very frame that greets it.
 */
export function fittingHistory(turns: readonly Turn[]): Turn[] {
  let left = limits.bufferedBytes / 2;
  const fits = turns.toReversed().findIndex((turn) => (left -= Buffer.byteLength(JSON.stringify(turn))) < 0);
  return fits === -1 ? [...turns] : turns.slice(turns.length - fits);
}
