import { alikeTo, kindsOf, rootOf } from '../words/lexicon.ts';
import { words } from '../words/terms.ts';
import type { StoredFact } from '../../stores/types.ts';
import { factLength } from './bounds.ts';
import { holds, holdsSurely, isExplicit, isPerson } from './answer-type.ts';
import type { AskedWord, Question } from './question.ts';

/** How well one fact answers a question. */
export interface Scored {
  readonly fact: StoredFact;
  /** Above 0: it answers; the higher the better. */
  readonly score: number;
}

interface FactWords {
  readonly text: string;
  readonly roots: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
  readonly count: number;
}

const exact = 1;
const alike = 0.9;
const member = 0.85;
const typeBonus = 0.2;
const explicitBonus = 0.25;
const firstPersonBonus = 0.15;

/**
 * Scores facts by the share of the question's words they match, weighted by rarity. A fact that lacks a noun of the
 * question scores 0, whatever else it matches: so a question about something never told has no answer.
 */
export function scored(question: Question, facts: readonly StoredFact[]): Scored[] {
  const read = facts.map((fact) => ({ fact, words: wordsOfFact(fact) }));
  const rarity = new Map(
    question.asked.map((asked) => {
      const known = read.filter((one) => strength(asked, one.words) > 0).length;
      return [asked.word, Math.log(1 + (read.length + 1) / (known + 0.5))];
    }),
  );
  return read
    .map((one) => ({ fact: one.fact, score: scoreOf(question, one.words, rarity) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.fact.place - a.fact.place);
}

/** Several questions of one message are scored against the same facts. */
const known = new WeakMap<StoredFact, FactWords>();

function wordsOfFact(fact: StoredFact): FactWords {
  const words = known.get(fact) ?? wordsOf(fact.text.slice(0, factLength));
  known.set(fact, words);
  return words;
}

function wordsOf(text: string): FactWords {
  const roots = words(text).map(rootOf);
  return {
    text,
    roots: new Set(roots),
    kinds: new Set(roots.flatMap((root) => [...kindsOf(root)])),
    count: roots.length,
  };
}

/** How well a fact matches a word of the question. */
function strength({ root, kinds }: AskedWord, fact: FactWords): number {
  if (fact.roots.has(root)) return exact;
  for (const other of alikeTo(root)) if (fact.roots.has(other)) return alike;
  // "I am afraid of dentists" does not state a job.
  for (const kind of kinds) if (kind !== 'job' && fact.kinds.has(kind)) return member;
  return kinds.has('job') && namesOccupation(fact.text) ? member : 0;
}

/** "I was a train driver": a fact that names an occupation, not a relative. */
function namesOccupation(text: string): boolean {
  const said =
    /(?:\b(?:am|is|was|are|were|be|been|became|as)|['’][ms]) (?:now |also |once )?an? ((?:[\p{L}-]+ ?){1,4})/iu.exec(
      text,
    )?.[1] ?? '';
  const roots = words(said).map(rootOf);
  return roots.some((root) => kindsOf(root).has('person') && !kindsOf(root).has('relative'));
}

function scoreOf(question: Question, fact: FactWords, rarity: ReadonlyMap<string, number>): number {
  const hits = question.asked.map((asked) => ({ asked, hit: strength(asked, fact) }));
  const hasType = holds(question.type, fact.text);
  const evidence = {
    hasType,
    isStrong: holdsSurely(question.type, fact.text),
    describes: describesThing(fact.text),
  };
  if (
    !answers(hits, question, evidence) ||
    !isSameOwner(question, fact) ||
    isOfAnother(question, fact) ||
    isOfOtherTime(question, fact)
  )
    return 0;
  const weight = (asked: AskedWord): number => rarity.get(asked.word) ?? 1;
  const all = hits.reduce((sum, { asked }) => sum + weight(asked), 0);
  const known = hits.reduce((sum, { asked, hit }) => sum + weight(asked) * hit, 0);
  const brevity = 1 / (1 + fact.count / 100);
  const bonus =
    (question.type !== 'any' ? typeBonus : 0) +
    (isExplicit(question.type, fact.text) || (question.wantsThing && describesThing(fact.text))
      ? explicitBonus
      : 0) +
    (question.isAboutMe && isFirstPerson(fact.text) ? firstPersonBonus : 0);
  return (known / all + bonus) * brevity;
}

interface Evidence {
  readonly hasType: boolean;
  readonly isStrong: boolean;
  /** Whether the fact says what a thing is. */
  readonly describes: boolean;
}

/** Every noun must match. One other word may be missing when the fact has the type of answer asked for. */
function answers(
  hits: readonly { readonly asked: AskedWord; readonly hit: number }[],
  question: Question,
  { hasType, isStrong, describes }: Evidence,
): boolean {
  const missing = hits.filter(({ hit }) => hit === 0);
  const known = hits.length - missing.length;
  if (known === 0 || missing.some(({ asked }) => asked.isNoun)) return false;
  if (question.type !== 'any' && !hasType) return false;
  const things = hits.filter(({ asked, hit }) => asked.isNoun && (hit === exact || hit === member)).length;
  if (!isStrong) return missing.length === 0;
  const enough = question.type === 'any' && !describes ? 2 : 1;
  return missing.length === 0 || (missing.length === 1 && things >= enough);
}

/** A fact about "my brother's dog" does not answer a question about "my dog". */
function isSameOwner(question: Question, fact: FactWords): boolean {
  const owned = fact.text.matchAll(/(\p{L}+)(?:'s|’s|s'|s’) (?:\p{Ll}+ )?(\p{L}+)/gu);
  for (const [, owner = '', thing = ''] of owned) {
    const isAsked = (word: string): boolean =>
      question.asked.some((asked) => strength(asked, wordsOf(word.toLowerCase())) > 0);
    if (isAsked(thing) && !isAsked(owner) && !/^(?:it|that|there|he|she|what|who|let|today)$/i.test(owner))
      return false;
  }
  return true;
}

const isFirstPerson = (text: string): boolean =>
  /\b(?:i|i'm|i've|me|we|we're|we've)\b/i.test(text.replace(/’/g, "'"));

const ofPerson =
  /^(?:[Mm]y|[Oo]ur) (?:\p{Ll}+[ -]){0,2}?(\p{Ll}+)(?:'s|’s)?((?: \p{Lu}\p{L}+)*)(?:,[^,]*,)? (?:is|was|has|had|have|are|were|\p{Ll}+(?:s|ed))\b/u;

/** A fact about the patient's father does not answer a question about the patient. */
function isOfAnother(question: Question, { text }: FactWords): boolean {
  if (question.wantsPerson) return false;
  const [, person, name = ''] = ofPerson.exec(text) ?? [];
  if (person === undefined || !isPerson(person)) return false;
  const subjects = [person, ...words(name)].map(rootOf);
  return !question.asked.some(
    (asked) =>
      asked.kinds.has('relative') ||
      subjects.some((root) => asked.root === root || alikeTo(asked.root).has(root)),
  );
}

/** "The car is a Skoda" describes the car, whatever verb the question has. */
const describesThing = (text: string): boolean =>
  /^(?:my|our|the) (?:\p{L}+ ){1,4}(?:is|are|was|were)\b/iu.test(text);

const past = /\b(?:last|past|previous|ago|yesterday)\b/i;
const future = /\b(?:next|coming|upcoming|tomorrow)\b/i;

/** A fact about next summer does not answer a question about last summer. */
const isOfOtherTime = (question: Question, { text }: FactWords): boolean =>
  (past.test(question.text) && future.test(text) && !past.test(text)) ||
  (future.test(question.text) && past.test(text) && !future.test(text));
