import { isAsking } from '../../meaning/asking.ts';
import { inOrder, rarity, scoreOf, termWeights } from './ranking.ts';
import type { Hit, Query } from '../../stores/types.ts';
import type { PackedVector } from '../../meaning/packed-vector.ts';
import { product } from '../../meaning/packed-vector.ts';

/** A part of a fact that is compared with a question by itself. */
export interface IndexWindow {
  readonly factId: string;
  readonly terms: readonly string[];
  readonly asks: number;
  readonly language: string;
  readonly vector?: PackedVector | undefined;
}

/** What is searched for. */
export interface Question extends Pick<Query, 'limit' | 'except'> {
  readonly terms: readonly string[];
  readonly vector: Float32Array | undefined;
  /** Where it is known: its product with a window says how far that answers. */
  readonly forAnswers?: Float32Array | undefined;
}

/** A hit, with the vector that its window has here. */
export type Found = Hit & { readonly vector?: PackedVector | undefined };

/** Of windows that tell: how many there are, and how many have each term. */
export interface Counts {
  readonly windows: number;
  readonly having: ReadonlyMap<string, number>;
}

interface Posting {
  readonly at: number;
  readonly weight: number;
}

/** What one patient told, as it is searched: every window is looked at, which for thousands takes milliseconds. */
export class PatientIndex {
  readonly #windows: IndexWindow[] = [];
  /** Where each window is, by its number. */
  readonly #places = new Map<number, number>();
  readonly #postings = new Map<string, Posting[]>();

  get size(): number {
    return this.#windows.length;
  }

  add(number: number, window: IndexWindow): void {
    const at = this.#windows.push(window) - 1;
    this.#places.set(number, at);
    for (const [term, weight] of termWeights(window.terms)) {
      const postings = this.#postings.get(term) ?? [];
      this.#postings.set(term, postings);
      postings.push({ at, weight });
    }
  }

  embed(
    number: number,
    meaning: Pick<IndexWindow, 'vector' | 'language'> & { readonly asks?: number },
  ): void {
    const at = this.#places.get(number) ?? -1;
    const window = this.#windows[at];
    if (window) this.#windows[at] = { ...window, ...meaning };
  }

  /**
   * The best window of each of the best facts, best first; without a vector those that have a word of the question.
   * @param beside searched as if its windows were here.
   */
  search(question: Question, beside: PatientIndex = empty): Hit[] {
    const counts = [this, beside].map((one) => one.counts(question));
    const hits = [this, beside].flatMap((one) => one.hits(question, counts));
    return judged(bestOfFacts(hits).slice(0, question.limit), question.forAnswers);
  }

  /** What tells how rare each term is. What was asked before changes nothing. */
  counts({ terms, except }: Pick<Question, 'terms' | 'except'>): Counts {
    const counts = this.#windows.map((window) => isThere(window, except) && !isAsking(window.asks));
    const having = (term: string): number =>
      (this.#postings.get(term) ?? []).filter(({ at }) => counts[at]).length;
    return {
      windows: counts.filter(Boolean).length,
      having: new Map([...new Set(terms)].map((term) => [term, having(term)])),
    };
  }

  /**
   * Every window that has something in common with the question; one that may ask and has its very words, asks it.
   * @param counts of all that is searched.
   */
  hits({ terms, vector, except }: Omit<Question, 'limit'>, counts: readonly Counts[]): Found[] {
    const rarities = raritiesOf(terms, counts);
    const windows = windowsIn(counts);
    const words = this.#shares(rarities);
    const question = terms.join(' ');
    return this.#windows.flatMap((window, at) => {
      if (!isThere(window, except)) return [];
      const share = words[at] ?? 0;
      const meaning = vector && window.vector && product(window.vector, vector);
      if (meaning === undefined && share === 0) return [];
      const { factId, language } = window;
      const asks = asksOf(window, question);
      const score = scoreOf({ words: share, meaning, asks }, { windows, isByMeaning: vector !== undefined });
      return [{ factId, score, words: share, meaning, asks, language, vector: window.vector }];
    });
  }

  /** By window: the share of the question's words that it has, by their rarity. */
  #shares(rarities: ReadonlyMap<string, number>): Float64Array {
    const shares = new Float64Array(this.size);
    let all = 0;
    for (const [term, weight] of rarities) {
      all += weight;
      for (const posting of this.#postings.get(term) ?? [])
        shares[posting.at] = (shares[posting.at] ?? 0) + weight * posting.weight;
    }
    return all === 0 ? shares : shares.map((sum) => sum / all);
  }
}

const empty = new PatientIndex();

const isThere = ({ factId }: IndexWindow, except: Question['except']): boolean =>
  except?.has(factId) !== true;

export const windowsIn = (counts: readonly Counts[]): number =>
  counts.reduce((sum, { windows }) => sum + windows, 0);

/** How rare each term is among all that is searched. */
export function raritiesOf(terms: readonly string[], counts: readonly Counts[]): Map<string, number> {
  const windows = windowsIn(counts);
  const having = (term: string): number => counts.reduce((sum, one) => sum + (one.having.get(term) ?? 0), 0);
  return new Map(terms.map((term) => [term, rarity(windows, having(term))]));
}

/** One that may ask surely does where it has the very words of the question. */
export const asksOf = ({ asks, terms }: Pick<IndexWindow, 'asks' | 'terms'>, question: string): number =>
  isAsking(asks) && terms.join(' ') === question ? 1 : asks;

/** Says of the best one how far it is an answer: certainty depends on that one. */
export const judged = (hits: readonly Found[], forAnswers: Float32Array | undefined): Hit[] =>
  hits.map(({ vector, ...hit }, at) =>
    at === 0 && vector && forAnswers ? { ...hit, answers: product(vector, forAnswers) } : hit,
  );

/** The best window of each fact, best first. */
export function bestOfFacts<T extends Hit>(hits: readonly T[]): T[] {
  const best = new Map<string, T>();
  for (const hit of hits) {
    const known = best.get(hit.factId);
    if (known === undefined || inOrder(hit, known) < 0) best.set(hit.factId, hit);
  }
  return [...best.values()].sort(inOrder);
}
