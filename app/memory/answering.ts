import { limits, type UsedFact } from '../../contract/protocol.ts';
import { cutAt } from '../within-bytes.ts';
import { prompt } from '../llm/prompt.ts';
import type { ChatMessage, LanguageModel } from '../llm/chat-completions.ts';
import { SlotsTakenError, type Slots } from '../slots.ts';
import type { Fact, Scope, Stores } from '../stores/types.ts';
import { emergencyText, isEmergency } from './emergency.ts';
import { factsOf } from './extract/facts.ts';
import type { Indexing } from './indexing.ts';
import { messageParts } from './message-parts.ts';
import { recall, type Recalled } from './recall/recall.ts';
import { reply } from './responder.ts';
import type { SessionHistory } from './session-history.ts';
import type { Answer, Message, Warn } from './types.ts';

export interface Answering {
  readonly stores: Stores;
  readonly indexing: Indexing;
  readonly history: SessionHistory;
  readonly llm?: LanguageModel | undefined;
  /** The most facts an answer may use. */
  readonly recallLimit: number;
  readonly warn: Warn;
  /** Bounds the calls to the model, in all and per patient. */
  readonly modelCalls: Slots;
}

/** Past turns in a model's prompt. */
const shownTurns = 12;

/** Makes the answer to a message, and streams a model's; does not store it. */
export async function* makeAnswer(
  answering: Answering,
  scope: Scope,
  message: Message,
  signal: AbortSignal,
): AsyncGenerator<string, Answer> {
  if (isEmergency(message.text)) return { text: emergencyText, facts: [] };
  const recalled = await recalledFor(answering, scope, message);
  signal.throwIfAborted();
  if (answering.llm === undefined) return extracted(answering, message, recalled);
  return yield* modelled(answering, answering.llm, { scope, message, recalled, signal });
}

async function recalledFor(
  { stores, indexing, warn }: Answering,
  scope: Scope,
  message: Message,
): Promise<Recalled> {
  const isSearchable = await indexing.isComplete(scope.patientId);
  const recalled = await recall(stores, scope.patientId, message.text, { isSearchable, warn });
  // The facts of the message itself are not recalled for it.
  const own = new Set(factsOf({ ...scope, ...message, recordedAt: '' }).map(({ id }) => id));
  return { ...recalled, facts: recalled.facts.filter(({ id }) => !own.has(id)) };
}

function extracted({ recallLimit }: Answering, { text }: Message, { facts, degraded }: Recalled): Answer {
  const made = reply(messageParts(text), { facts, isComplete: degraded === undefined, limit: recallLimit });
  return {
    text: made.text,
    facts: made.facts.map(asUsed),
    ...(degraded === undefined ? {} : { degraded }),
  };
}

interface Asked {
  readonly scope: Scope;
  readonly message: Message;
  readonly recalled: Recalled;
  readonly signal: AbortSignal;
}

/** Streams the model's answer. When the model fails before its first word, falls back to the extractive answer. */
async function* modelled(
  answering: Answering,
  llm: LanguageModel,
  { scope, message, recalled, signal }: Asked,
): AsyncGenerator<string, Answer> {
  const facts = recalled.facts.slice(0, answering.recallLimit);
  const { turns: all } = await answering.history.read(scope, shownTurns + 1);
  const turns = all.filter(({ id, replacedBy }) => id !== message.id && replacedBy === undefined);
  const messages = prompt({ facts, turns, text: message.text, degraded: recalled.degraded });
  let text = '';
  try {
    for await (const piece of bounded(calledFor(answering, llm, { messages, scope, signal }))) {
      text += piece;
      yield piece;
    }
    if (text.trim() === '') throw new Error('it answered nothing');
  } catch (error) {
    signal.throwIfAborted();
    answering.warn('The language model gave no whole answer', error);
    if (text.trim() !== '') throw error;
    const why = error instanceof SlotsTakenError ? modelBusy : modelAway;
    const degraded = recalled.degraded === undefined ? why : `${why}; ${recalled.degraded}`;
    return { ...extracted(answering, message, recalled), degraded };
  }
  return {
    text,
    facts: facts.map(asUsed),
    ...(recalled.degraded === undefined ? {} : { degraded: recalled.degraded }),
  };
}

const modelAway = 'the language model gave no answer';
const modelBusy = 'the language model has too many questions to answer';

/** What the model says, once its turn has come. */
async function* calledFor(
  { modelCalls }: Answering,
  llm: LanguageModel,
  {
    messages,
    scope,
    signal,
  }: Pick<Asked, 'scope' | 'signal'> & { readonly messages: readonly ChatMessage[] },
): AsyncGenerator<string, void> {
  const giveBack = await modelCalls.take(scope.patientId, signal);
  try {
    yield* llm.stream(messages, signal);
  } finally {
    giveBack();
  }
}

/** At most the longest answer; the model is not heard any further. */
async function* bounded(pieces: AsyncIterable<string>): AsyncGenerator<string, void> {
  let left = limits.answerLength;
  for await (const piece of pieces) {
    yield cutAt(piece, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}

export const asUsed = ({ id, text, recordedAt, sourceId }: Fact): UsedFact => ({
  id,
  text,
  recordedAt,
  sourceId,
});
