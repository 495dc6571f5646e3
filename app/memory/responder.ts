import { cutAt } from '../within-bytes.ts';
import type { StoredFact } from '../stores/types.ts';
import { limits } from '../../contract/protocol.ts';
import type { MessageParts } from './message-parts.ts';
import { bestFacts } from './recall/best-facts.ts';
import { asksForAll } from './recall/recall.ts';
import { sameThing, similarity } from './recall/similar.ts';

/** The extractive responder: it only quotes the patient's own words. */

export interface Reply {
  readonly text: string;
  readonly facts: readonly StoredFact[];
}

/** What is known when a reply is made. */
export interface Known {
  readonly facts: readonly StoredFact[];
  /** Whether the whole memory was searched. */
  readonly isComplete: boolean;
  /** The most facts a reply may use. */
  readonly limit: number;
}

/** Questions of one message that are answered; the rest is told. */
const mostQuestions = 20;
/** Statements of one message that are quoted and compared with earlier ones. */
const mostStatements = 20;
/** Characters of a quotation. */
const quotedLength = 600;

/** Replies to the statements and questions of a message. Deterministic, and bounded in time and length. */
export function reply({ statements, questions }: MessageParts, known: Known): Reply {
  const told = statements.length > 0 ? [acknowledged(statements, known)] : [];
  const answered = questions.slice(0, mostQuestions).map((question) => answer(question, known));
  const rest = questions.length > mostQuestions ? [leftOut(questions.length)] : [];
  const parts = [...told, ...answered, ...rest];
  if (parts.length === 0) return { text: greeting, facts: [] };
  return {
    text: cutAt(parts.map(({ text }) => text).join('\n'), limits.answerLength),
    facts: [...new Map(parts.flatMap(({ facts }) => facts).map((fact) => [fact.id, fact])).values()].slice(
      0,
      known.limit,
    ),
  };
}

const leftOut = (asked: number): Reply => ({
  text: `I answered the first ${mostQuestions} of your ${asked} questions. Please ask the others in a message of their own.`,
  facts: [],
});

const greeting = 'I am listening. Tell me what I should remember, or ask me what you have told me.';
function acknowledged(all: readonly string[], { facts }: Known): Reply {
  const statements = all.slice(0, mostStatements);
  const more = all.length > statements.length ? ` and ${all.length - statements.length} more` : '';
  const noted = `Noted: ${statements.map((statement) => `“${cutAt(statement, quotedLength)}”`).join(' ')}${more}`;
  const earlier = facts.find((fact) =>
    statements.some((statement) => fact.text !== statement && similarity(fact.text, statement) >= sameThing),
  );
  if (earlier === undefined) return { text: noted, facts: [] };
  return { text: `${noted}\nEarlier, ${lowerFirst(quoted(earlier))}`, facts: [earlier] };
}

function answer(question: string, { facts, isComplete, limit }: Known): Reply {
  const found = asksForAll(question)
    ? newestFirst(facts).slice(0, limit)
    : newestOfSameThing(bestFacts(question, facts, limit));
  if (found.length === 0) return { text: isComplete ? unknown : unsearched, facts: [] };
  const [first, ...others] = found;
  if (first === undefined) return { text: unknown, facts: [] };
  const lines = others.map((fact) =>
    similarity(first.text, fact.text) >= sameThing && fact.place < first.place
      ? `Earlier, ${lowerFirst(quoted(fact))}`
      : quoted(fact),
  );
  const warning = isComplete ? [] : [partly];
  return { text: [...warning, quoted(first), ...lines].join('\n'), facts: found };
}

const unknown = "I don't know: you have not told me that.";
const unsearched =
  'My memory search is unavailable at the moment, so I cannot say whether you have told me that. Please ask again later.';
const partly = 'My memory search is unavailable at the moment; I looked only through what you told me last.';

/** Clients choose ids: one that is no plain word is quoted, so that it passes for no part of the answer. */
const shownId = (id: string): string => (/^[\p{L}\p{N}:._-]+$/u.test(id) ? id : JSON.stringify(id));

/** A fact quoted, with the date and id of its message. */
const quoted = ({ recordedAt, text, sourceId }: StoredFact): string =>
  `On ${recordedAt.slice(0, 10)} you said: "${cutAt(text, quotedLength)}" (message ${shownId(sourceId)})`;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const newestFirst = (facts: readonly StoredFact[]): StoredFact[] =>
  facts.toSorted((a, b) => b.place - a.place);

/** Puts the facts about the same thing as the best one first, newest first; the others keep their order. */
function newestOfSameThing(facts: readonly StoredFact[]): StoredFact[] {
  const [best] = facts;
  if (best === undefined) return [];
  const same = facts.filter((fact) => similarity(fact.text, best.text) >= sameThing);
  return [...newestFirst(same), ...facts.filter((fact) => !same.includes(fact))];
}
