import type { HeldFact } from '../../contract/http.ts';
import { current, type Valid } from '../knowledge/validity.ts';
import type { RecordStore } from '../stores/types.ts';

/** Most statements of a patient that it is reckoned from; what ended one of them was said after it, and is among them. */
const mostStatements = 2_000;

/** What holds of what was read from a patient's messages, the newest first. */
export async function heldFacts(
  record: RecordStore,
  patientId: string,
  { now, most }: { readonly now: string; readonly most: number },
): Promise<HeldFact[]> {
  return current(await record.statements(patientId, mostStatements), now)
    .slice(0, most)
    .map(toHeld);
}

const toHeld = ({ object, occasion, validAt, quote, ...fact }: Valid): HeldFact => ({
  id: fact.id,
  subject: fact.subject,
  predicate: fact.predicate,
  ...(object === '' ? {} : { object }),
  ...(occasion === '' ? {} : { occasion }),
  value: fact.value,
  ...(validAt === undefined ? {} : { validAt }),
  text: quote,
  recordedAt: fact.recordedAt,
  sourceId: fact.sourceId,
});
