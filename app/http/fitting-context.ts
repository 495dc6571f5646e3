import type { PatientContext } from '../../contract/http.ts';
import { limits } from '../../contract/protocol.ts';
import { withinBytes } from '../within-bytes.ts';

/** The context with the newest facts and turns that fit `limits.contextBytes`, half of it each. */
export function fittingContext(context: PatientContext): PatientContext {
  const bytes = limits.contextBytes / 2;
  return {
    ...context,
    facts: withinBytes(context.facts, bytes),
    recent: withinBytes(context.recent.toReversed(), bytes).reverse(),
  };
}
