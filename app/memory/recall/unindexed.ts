import { endsAsking } from '../../meaning/asking.ts';
import { packed } from '../../meaning/packed-vector.ts';
import type { UnindexedWindow } from '../../stores/types.ts';
import { PatientIndex } from './patient-index.ts';
import { termsOf } from './terms.ts';

/** Windows that no index may hold yet, as they are searched. */
export function indexOf(windows: readonly UnindexedWindow[]): PatientIndex {
  const index = new PatientIndex();
  for (const [number, { factId, text, meaning }] of windows.entries())
    index.add(number, {
      ...{ factId, terms: termsOf(text), language: meaning?.language ?? '' },
      asks: meaning?.asks ?? endsAsking(text),
      vector: meaning && packed(meaning.vector),
    });
  return index;
}
