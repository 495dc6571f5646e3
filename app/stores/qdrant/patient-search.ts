import type { LRUCache } from 'lru-cache';
import { asksFrom, isAsking, surelyAsksFrom } from '../../meaning/asking.ts';
import { asksOf, bestOfFacts, judged, raritiesOf, windowsIn } from '../../memory/recall/patient-index.ts';
import { scoreOf } from '../../memory/recall/ranking.ts';
import { termsOf } from '../../memory/recall/terms.ts';
import { indexOf } from '../../memory/recall/unindexed.ts';
import type { Hit, Query } from '../types.ts';
import { vectorName } from './collections.ts';
import type { Asked, Filter, Search, Searches } from './searches.ts';
import { weightedTerms } from './sparse-vector.ts';
import { payloadOfWindow, windowSchema } from './window.ts';
import type { ById, Found, Rarities, Words } from './words.ts';
import { wordsHere } from './words-here.ts';

/** What a search asks Qdrant. */
export interface Questions {
  readonly searches: Searches;
  readonly count: (collection: string, filter: Filter) => Promise<number>;
  /** Whether there is a collection of vectors: before the first is stored there is none. */
  readonly isThere: (collection: string) => Promise<boolean>;
  /** Patients who told more than is read here: it is not tried again for each of their questions. */
  readonly toldMuch: LRUCache<string, true>;
}

/** The collections of one patient's windows, and the one whose windows are searched. */
export interface Searched {
  readonly patientId: string;
  readonly words: string;
  readonly meanings: string;
}

/** Terms of a question whose windows are counted; a question of 32 pieces has fewer. */
const mostTerms = 24;

/** Windows of a fact that are found beside one another. */
const windowsOfFact = 3;

/** The best windows of a patient, by words and, where the question has a vector, by meaning. */
export async function searchPatient(questions: Questions, searched: Searched, query: Query): Promise<Hit[]> {
  const { text, limit, asked, except, unindexed = [] } = query;
  const allTerms = termsOf(text);
  const terms = [...new Set(allTerms)].slice(0, mostTerms);
  const beside = indexOf(unindexed);
  const filters = filtersOf(searched.patientId, query);
  const most = limit * windowsOfFact;
  const here = await wordsOfLittle(questions, searched, { filters, text });
  const search = here ? questions.searches.together : questions.searches.alone;
  const how = { ...questions, search, filters, most };
  const words = here ?? wordsThere(searched.words, how);
  const meanings = meaningsThere(searched.meanings, how, asked?.meaning.vector);
  const counts = [await words.counts(terms), beside.counts({ terms, except })];
  const rarities = raritiesOf(terms, counts);
  const [bestWords, bestMeanings] = await Promise.all([words.best(rarities), meanings.best()]);
  // What only one search found is looked up in the other one, since both count.
  const [otherMeanings, otherWords] = await Promise.all([
    meanings.among(missing(bestWords, bestMeanings)),
    words.among(missing(bestMeanings, bestWords), rarities),
  ]);
  const found = merged([bestWords, otherWords, otherMeanings, bestMeanings]);
  const scored = { windows: windowsIn(counts), isByMeaning: asked !== undefined };
  const question = { terms, vector: asked?.meaning.vector, except };
  const asking = allTerms.join(' ');
  const own = [...found].map(([id, one]) => ({ id, hit: toHit(one, asking, scored) }));
  const hits = bestOfFacts([...own.map(({ hit }) => hit), ...beside.hits(question, counts)]).slice(0, limit);
  const forAnswers = asked?.meaning.forAnswers;
  const [best, ...others] = judged(hits, forAnswers);
  const id = own.find(({ hit }) => hit === hits[0])?.id;
  if (best === undefined) return [];
  if (id === undefined || best.meaning === undefined || forAnswers === undefined) return [best, ...others];
  return [{ ...best, answers: await meanings.answers(id, forAnswers) }, ...others];
}

type Filters = ReturnType<typeof filtersOf>;

interface How extends Pick<Questions, 'count' | 'isThere'> {
  readonly search: Search;
  readonly filters: Filters;
  readonly most: number;
}

/** Every filter is of one patient. */
function filtersOf(patientId: string, { text, except }: Pick<Query, 'text' | 'except'>) {
  const patient = { key: 'patientId', match: { value: patientId } };
  const excepted = { key: 'factId', match: { any: [...(except ?? [])] } };
  // What asks has the words of a question, and may have been asked hundreds of times.
  const asking = {
    must: [
      { key: 'asks', range: { gte: asksFrom } },
      { key: 'text', match: { value: text } },
    ],
  };
  return {
    told: { must: [patient], must_not: [excepted] },
    telling: { must: [patient, { key: 'asks', range: { lt: asksFrom } }], must_not: [excepted] },
    likely: {
      must: [patient, { key: 'asks', range: { lt: surelyAsksFrom } }],
      must_not: [excepted, asking],
    },
    among: (ids: readonly string[]) => ({ must: [patient, { has_id: [...ids] }] }),
  };
}

async function wordsOfLittle(
  { searches, toldMuch }: Questions,
  { patientId, words }: Searched,
  { filters, text }: { readonly filters: Filters; readonly text: string },
): Promise<Words | undefined> {
  if (toldMuch.get(patientId)) return undefined;
  const here = await wordsHere(searches.together, words, { filter: filters.told, text });
  if (here === undefined) toldMuch.set(patientId, true);
  return here;
}

/** Counted and searched by Qdrant: of a patient who told much. */
function wordsThere(collection: string, { search: ask, count, filters, most }: How): Words {
  const { telling } = filters;
  const search = (rarities: Rarities, filter: Filter): Promise<ById> =>
    rarities.size === 0
      ? Promise.resolve(new Map())
      : scored(ask, collection, { query: { ...weightedTerms(rarities) }, filter, limit: most }, 'words');
  return {
    async counts(terms) {
      const [windows, ...having] = await Promise.all([
        count(collection, telling),
        ...terms.map((value) =>
          count(collection, { ...telling, must: [...telling.must, { key: 'terms', match: { value } }] }),
        ),
      ]);
      return { windows, having: new Map(terms.map((term, at) => [term, having[at] ?? 0])) };
    },
    best: (rarities) => search(rarities, filters.likely),
    among: async (ids, rarities) => (ids.length === 0 ? new Map() : search(rarities, filters.among(ids))),
  };
}

interface Meanings {
  best(): Promise<ById>;
  among(ids: readonly string[]): Promise<ById>;
  /** How far a window is an answer, as `judged`: its vector stays in Qdrant. */
  answers(id: string, forAnswers: Float32Array): Promise<number | undefined>;
}

/** Nothing is found without a vector, or where nothing was embedded yet. */
function meaningsThere(
  collection: string,
  { search: ask, isThere, filters, most }: How,
  vector: Float32Array | undefined,
): Meanings {
  const search = async (filter: Filter, by = vector): Promise<ById> => {
    if (by === undefined) return new Map();
    try {
      return await scored(ask, collection, { query: [...by], filter, limit: most }, 'meaning');
    } catch (error) {
      if (await isThere(collection)) throw error;
      return new Map();
    }
  };
  return {
    best: () => search(filters.likely),
    among: async (ids) => (ids.length === 0 ? new Map() : search(filters.among(ids))),
    answers: async (id, forAnswers) => (await search(filters.among([id]), forAnswers)).get(id)?.meaning,
  };
}

async function scored(
  search: Search,
  collection: string,
  asked: Pick<Asked, 'query' | 'filter' | 'limit'>,
  score: 'words' | 'meaning',
): Promise<ById> {
  const points = await search(collection, {
    ...asked,
    using: vectorName,
    with_payload: payloadOfWindow,
    params: { exact: true },
  });
  return new Map(
    points.map((point) => [String(point.id), { ...windowSchema.parse(point.payload), [score]: point.score }]),
  );
}

const missing = (found: ById, known: ById): string[] => [...found.keys()].filter((id) => !known.has(id));

/** The payload of a later map wins: that of a vector knows the language. */
function merged(maps: readonly ById[]): ById {
  const all = new Map<string, Found>();
  for (const map of maps) for (const [id, found] of map) all.set(id, { ...all.get(id), ...found });
  return all;
}

function toHit(
  { factId, text, words = 0, meaning, language, ...window }: Found,
  question: string,
  scored: Parameters<typeof scoreOf>[1],
): Hit {
  const asks = isAsking(window.asks)
    ? asksOf({ asks: window.asks, terms: termsOf(text) }, question)
    : window.asks;
  return { factId, score: scoreOf({ words, meaning, asks }, scored), words, meaning, asks, language };
}
