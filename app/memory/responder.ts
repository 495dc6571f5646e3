import { limits, type Certainty } from '../../contract/protocol.ts';
import { endsAsking, isAsking, isSurelyAsking } from '../meaning/asking.ts';
import { cutAt } from '../within-bytes.ts';
import type { Recalled, RecalledFact } from './recall/recall.ts';
import { sentencesOf } from './recall/windows.ts';

/** The extractive responder: it only quotes the patient's own words. */

export interface Reply {
  readonly text: string;
  readonly facts: readonly RecalledFact[];
  /** Absent where nothing was asked. */
  readonly certainty?: Certainty;
}

/** Facts of an answer that are quoted. */
const mostQuoted = 3;
/** Characters of a quotation. */
const quotedLength = 600;

/** What a message tells, and what it asks; a sentence that may do either is in both. */
export interface MessageParts {
  readonly told: string;
  readonly asked: string;
}

/** @param asks how much each sentence asks; of those of which that is not known, a question mark tells. */
export function partsOf(text: string, asks: ReadonlyMap<string, number> = new Map()): MessageParts {
  const sentences = sentencesOf(text).map((sentence) => ({
    sentence,
    asks: asks.get(sentence) ?? endsAsking(sentence),
  }));
  const joined = (kept: typeof sentences): string => kept.map(({ sentence }) => sentence).join(' ');
  return {
    asked: joined(sentences.filter((one) => isAsking(one.asks))),
    told: joined(sentences.filter((one) => !isSurelyAsking(one.asks))),
  };
}

/** Replies to a message. Deterministic, and bounded in time and length. @param limit the most facts a reply may use. */
export function reply({ told, asked }: MessageParts, recalled: Recalled, limit: number): Reply {
  if (told !== '' && asked === '') return { text: noted(told), facts: [] };
  const answered = answer(recalled, limit);
  return told === ''
    ? answered
    : { ...answered, text: cutAt(`${noted(told)}\n${answered.text}`, limits.answerLength) };
}

const noted = (told: string): string => `Noted: “${cutAt(told, quotedLength)}”`;

function answer({ facts, certainty, degraded }: Recalled, limit: number): Reply {
  const telling = facts.filter(({ score, asks }) => score > 0 && !isSurelyAsking(asks));
  const quoted = newestOfTheBest(telling).slice(0, Math.min(limit, mostQuoted));
  const [best] = quoted;
  const gap = degraded === undefined ? [] : [unsearched];
  if (certainty === 'nothing' || !best)
    return { text: [unknown, ...gap].join(' '), facts: [], certainty: 'nothing' };
  const lines = quoted.map((fact, at) => {
    const isEarlier = isAsGood(fact, best) && fact.place < best.place;
    const first = certainty === 'answered' ? 'You said' : 'This may be what you mean: you said';
    const further = isEarlier ? 'Earlier, you said' : 'You also said';
    return `${at === 0 ? first : further} ${quotation(fact)}`;
  });
  if (certainty !== 'answered') lines.push(...gap);
  return { text: cutAt(lines.join('\n'), limits.answerLength), facts: quoted, certainty };
}

const unknown = 'I did not find that in what you told me.';
const unsearched = 'I could not look through all of it; please ask again later.';

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** Clients choose ids: one that is no plain word is quoted, so that it passes for no part of the answer. */
const shownId = (id: string): string => (/^[\p{L}\p{N}:._-]+$/u.test(id) ? id : JSON.stringify(id));

/** A fact quoted, with the date and id of its message. */
const quotation = ({ recordedAt, text, sourceId }: RecalledFact): string =>
  `on ${dates.format(new Date(recordedAt))}: "${cutAt(text, quotedLength)}" (message ${shownId(sourceId)})`;

/** Scores that differ by less say nothing about which of two facts is the better answer. */
const asGood = 0.03;
const isAsGood = (one: RecalledFact, other: RecalledFact): boolean =>
  Math.abs(one.score - other.score) <= asGood;

/** Of facts that answer as well as the best one, the newest is first: it may have changed. */
function newestOfTheBest(facts: readonly RecalledFact[]): RecalledFact[] {
  const [best] = facts;
  if (!best) return [];
  const same = facts.filter((fact) => isAsGood(fact, best));
  return [...same.toSorted((a, b) => b.place - a.place), ...facts.filter((fact) => !same.includes(fact))];
}
