import type { Fact, Stores } from '../../stores/types.ts';
import { errorText } from '../../observability/error-text.ts';

/** What could be had of the memory for one message. */
export interface Recalled {
  /** Candidates, best first by the index; newest first when the index could not be asked. */
  readonly facts: readonly Fact[];
  /** Why there may be more than was found. */
  readonly degraded?: string;
}

/** Enough that the right one is among them; the choice is made by our own scores, the same over every index. */
const candidates = 50;

/** How far back is looked when the index cannot be asked. */
const newestFacts = 200;

/**
 * Looks for facts of a patient. A search that fails is said to have failed, never taken for "nothing was told".
 * @throws Error when the record itself cannot be read.
 */
export async function recall(
  { index, record }: Stores,
  patientId: string,
  query: string,
  isSearchable: boolean,
): Promise<Recalled> {
  if (asksForAll(query)) return { facts: await record.facts(patientId, newestFacts) };
  if (!isSearchable) return newest(record, patientId, 'memory search is unavailable');
  let found: readonly { readonly factId: string }[];
  try {
    found = await index.search(patientId, query, candidates);
  } catch (error) {
    return newest(record, patientId, `memory search failed (${errorText(error)})`);
  }
  const ids = found.map(({ factId }) => factId);
  const byId = new Map((await record.factsById(patientId, ids)).map((fact) => [fact.id, fact]));
  return { facts: ids.flatMap((id) => byId.get(id) ?? []) };
}

const aboutAll =
  /\bwhat\b[^.?!]*\b(?:know|remember|told you|tell you)\b[^.?!]*\b(?:about me|so far|already)\b|\bwhat (?:do you (?:know|remember)|have i told you)\s*[?.]?\s*$|\beverything (?:you know|i (?:have )?told you|i'?ve told you)\b/i;

/** Whether a message asks for all that is remembered, not for something. */
export const asksForAll = (text: string): boolean => aboutAll.test(text.replace(/’/g, "'"));

async function newest(record: Stores['record'], patientId: string, why: string): Promise<Recalled> {
  return {
    facts: await record.facts(patientId, newestFacts),
    degraded: `${why}; only the last ${newestFacts} facts were looked through`,
  };
}
