import type { StoredFact, Stores } from '../../stores/types.ts';
import type { Warn } from '../types.ts';
import { sentences } from '../extract/sentences.ts';
import { queryOf, questionLength } from './bounds.ts';

/** The facts recalled for one message. */
export interface Recalled {
  /** Candidates in the order of the index; newest first when the index is unavailable. */
  readonly facts: readonly StoredFact[];
  /** Why there may be facts that were not found. */
  readonly degraded?: string;
}

/** Facts taken from the index; they are scored again, the same way for every index. */
const candidates = 50;

/** Newest facts taken when the index is unavailable. */
const newestFacts = 200;

/**
 * Searches the facts of a patient. A failed search is reported as such, never as "nothing was told".
 * @throws Error when the record itself cannot be read.
 */
export async function recall(
  { index, record }: Stores,
  patientId: string,
  query: string,
  { isSearchable, warn }: { readonly isSearchable: boolean; readonly warn: Warn },
): Promise<Recalled> {
  if (asksForAll(query)) return { facts: await record.facts(patientId, newestFacts) };
  if (!isSearchable) return newest(record, patientId, 'memory search is unavailable');
  let found: readonly { readonly factId: string }[];
  try {
    found = await index.search(patientId, queryOf(query), candidates);
  } catch (error) {
    warn('The memory search failed', error);
    return newest(record, patientId, 'memory search failed');
  }
  if (found.length === 0) return { facts: [] };
  const ids = found.map(({ factId }) => factId);
  const byId = new Map((await record.factsById(patientId, ids)).map((fact) => [fact.id, fact]));
  return { facts: ids.flatMap((id) => byId.get(id) ?? []) };
}

const aboutAll =
  /\bwhat\b[^.?!]*\b(?:know|remember|told you|tell you)\b[^.?!]*\b(?:about me|so far|already)\b|\bwhat (?:do you (?:know|remember)|have i told you)\s*[?.]?\s*$|\beverything (?:you know|i (?:have )?told you|i'?ve told you)\b/i;

/** Whether a message asks for everything that is remembered. */
export const asksForAll = (text: string): boolean =>
  sentences(text).some((sentence) => aboutAll.test(sentence.slice(0, questionLength).replace(/’/g, "'")));

async function newest(record: Stores['record'], patientId: string, why: string): Promise<Recalled> {
  return {
    facts: await record.facts(patientId, newestFacts),
    degraded: `${why}; only the last ${newestFacts} facts were looked through`,
  };
}
