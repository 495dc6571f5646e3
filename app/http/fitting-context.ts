import type { PatientContext } from '../../contract/http.ts';
import { limits } from '../../contract/protocol.ts';
import { withinBytes } from '../within-bytes.ts';

/** The context with the newest facts, of either kind, and turns that fit `limits.contextBytes`, the same share each. */
export function fittingContext(context: PatientContext): PatientContext {
  const { facts, held, recent } = context;
  const bytes = limits.contextBytes / (held === undefined ? 2 : 3);
  return {
    ...context,
    facts: withinBytes(facts, bytes),
    ...(held === undefined ? {} : { held: withinBytes(held, bytes) }),
    recent: withinBytes(recent.toReversed(), bytes).reverse(),
  };
}
