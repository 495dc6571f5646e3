import type { PatientContext } from '../../contract/http.ts';
import { limits } from '../../contract/protocol.ts';
import { withinBytes } from '../within-bytes.ts';

/** The context with the newest facts and turns that fit `limits.contextBytes`, half of it each. */
export function fittingContext({ facts, recent, ...rest }: PatientContext): PatientContext {
  const bytes = limits.contextBytes / 2;
  return {
    ...rest,
    facts: withinBytes(facts, bytes),
    recent: withinBytes(recent.toReversed(), bytes).reverse(),
  };
}
