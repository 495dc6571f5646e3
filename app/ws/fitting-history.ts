import { limits, type Turn } from '../../contract/protocol.ts';

/**
 * The newest turns whose JSON fits half of a connection's send buffer, so that a slow reader is not closed as too slow
 * because of the `welcome` frame.
 */
export function fittingHistory(turns: readonly Turn[]): Turn[] {
  let left = limits.bufferedBytes / 2;
  const fits = turns.toReversed().findIndex((turn) => (left -= Buffer.byteLength(JSON.stringify(turn))) < 0);
  return fits === -1 ? [...turns] : turns.slice(turns.length - fits);
}
