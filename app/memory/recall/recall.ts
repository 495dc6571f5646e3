import type { Certainty } from '../../../contract/protocol.ts';
import type { Meanings } from '../../meaning/meanings.ts';
import type { AskedMeaning, Fact, Hit, StoredFact, Stores, UnindexedWindow } from '../../stores/types.ts';
import type { Warn } from '../types.ts';
import { certaintyOf } from './certainty.ts';
import { termsOf } from './terms.ts';
import { indexOf } from './unindexed.ts';
import { windowsOf } from './windows.ts';

/** The facts recalled for one message. */
export interface Recalled {
  /** Best first. */
  readonly facts: readonly RecalledFact[];
  /** How sure it is that the first ones answer the message. */
  readonly certainty: Certainty;
  /** Why there may be facts that were not found. */
  readonly degraded?: string;
}

/** A fact with the score by which it was found, and whether it asks. */
export type RecalledFact = StoredFact & Pick<Hit, 'score' | 'asks'>;

/** Facts taken from the index. */
const candidates = 50;

/** Newest facts that are looked through when the index is unavailable. */
const newestFacts = 200;

/** Characters of a message that are searched for: its beginning, or its end, where questions tend to be. */
const queryLength = 1_000;

/** What of a patient's facts the index can find. */
export interface Coverage {
  /** Whether the index can be asked. */
  readonly isSearchable: boolean;
  /** The newest facts that it may not hold. */
  readonly unindexed: readonly Fact[];
  /** Whether it may lack more than these. */
  readonly lacksMore: boolean;
}

/** An index that holds every fact. */
export const whole: Coverage = { isSearchable: true, unindexed: [], lacksMore: false };

export interface Recalling {
  readonly stores: Stores;
  readonly meanings: Meanings;
  readonly warn: Warn;
  readonly coverage: Coverage;
  /** Ids of facts that are as if they were not there: those of the message itself. */
  readonly except: ReadonlySet<string>;
}

/**
 * Searches the facts of a patient. A failed search is reported as such, never as "nothing was told".
 * @throws Error when the record itself cannot be read.
 */
export async function recall(recalling: Recalling, patientId: string, text: string): Promise<Recalled> {
  const { stores, meanings } = recalling;
  const query =
    text.length <= queryLength ? text : `${text.slice(0, queryLength / 2)} ${text.slice(-queryLength / 2)}`;
  const { asked, hits: all, degraded } = await searched(recalling, patientId, query);
  const ids = all.map(({ factId }) => factId);
  const byId = new Map((await stores.record.factsById(patientId, ids)).map((fact) => [fact.id, fact]));
  const hits = all.filter(({ factId }) => byId.has(factId));
  const gaps = [
    degraded,
    asked === undefined && meanings.embedder !== undefined
      ? 'search by meaning is unavailable'
      : meanings.gap,
  ];
  const gap = gaps.filter((one) => one !== undefined).join('; ');
  return {
    facts: hits.flatMap(({ factId, score, asks }) => {
      const fact = byId.get(factId);
      return fact ? [{ ...fact, score, asks }] : [];
    }),
    certainty: certaintyOf(asked?.meaning, hits),
    ...(gap === '' ? {} : { degraded: gap }),
  };
}

interface Found {
  readonly hits: readonly Hit[];
  readonly degraded?: string;
}

/** Once more where another model has taken over meanwhile: the vectors that were searched may have been dropped. */
async function searched(
  recalling: Recalling,
  patientId: string,
  text: string,
): Promise<Found & { readonly asked: AskedMeaning | undefined }> {
  const { meanings } = recalling;
  const search = async () => {
    const asked = await meanings.ofQuestion(patientId, text);
    return { asked, ...(await found(recalling, patientId, text, asked)) };
  };
  const first = await search();
  return first.asked === undefined || meanings.serves(first.asked.embedder) ? first : search();
}

async function found(
  { stores: { index, record }, meanings, coverage, except, warn }: Recalling,
  patientId: string,
  text: string,
  asked: AskedMeaning | undefined,
): Promise<Found> {
  const limit = candidates;
  let why = 'memory search is unavailable';
  if (coverage.isSearchable)
    try {
      const windows = windowsOfFacts(coverage.unindexed.filter(({ id }) => !except.has(id)));
      const unindexed = asked ? await meanings.ofWindows(asked.embedder, patientId, windows) : windows;
      const hits = await index.search(patientId, { text, limit, asked, except, unindexed });
      const degraded = `the search index lacks more than the last ${coverage.unindexed.length} facts`;
      return { hits, ...(coverage.lacksMore ? { degraded } : {}) };
    } catch (error) {
      warn('The memory search failed', error);
      why = 'memory search failed';
    }
  const newest = indexOf(windowsOfFacts(await record.facts(patientId, newestFacts)));
  return {
    hits: newest.search({ terms: termsOf(text), vector: undefined, limit, except }),
    degraded: `${why}; only the last ${newestFacts} facts were looked through`,
  };
}

/** The newest facts are first in `facts`, and their windows too. */
const windowsOfFacts = (facts: readonly Fact[]): UnindexedWindow[] =>
  facts.flatMap(({ id, text }) => windowsOf(text).map((window) => ({ factId: id, text: window })));
