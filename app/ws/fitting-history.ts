import { limits, type Turn } from '../../contract/protocol.ts';
import { withinBytes } from '../within-bytes.ts';

/**
 * The newest turns whose JSON fits half of a connection's send buffer, so that a slow reader is not closed as too slow
 * because of the `welcome` frame. Of a newest turn that is larger than that, the beginning is shown.
 */
export function fittingHistory(turns: readonly Turn[]): Turn[] {
  return withinBytes(turns.toReversed(), limits.bufferedBytes / 2).reverse();
}
