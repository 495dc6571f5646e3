import type { HeldFact } from '../../contract/http.ts';
import { limits, type UsedFact } from '../../contract/protocol.ts';
import { cutAt } from '../within-bytes.ts';
import { folded } from '../knowledge/predicates.ts';
import { prompt } from '../llm/prompt.ts';
import type { ChatMessage, LanguageModel } from '../llm/chat-completions.ts';
import { SlotsTakenError, type Slots } from '../slots.ts';
import type { Fact, Scope, Stores } from '../stores/types.ts';
import { emergencyText, isEmergency } from './emergency.ts';
import { factsOf } from './facts.ts';
import { heldFacts } from './held-facts.ts';
import type { Meanings } from '../meaning/meanings.ts';
import type { ModelState } from '../model-state.ts';
import type { Indexing } from './indexing.ts';
import { recall, type Recalled } from './recall/recall.ts';
import { partsOf, reply, type MessageParts } from './responder.ts';
import type { SessionHistory } from './session-history.ts';
import type { Answer, Message, Warn } from './types.ts';

export interface Answering {
  readonly stores: Stores;
  readonly indexing: Indexing;
  readonly meanings: Meanings;
  readonly history: SessionHistory;
  readonly llm?: LanguageModel | undefined;
  /** How the language model did last. */
  readonly modelState: ModelState;
  /** Whether facts are read from messages; what was read before that ended may have ended since. */
  readonly readsFacts: boolean;
  /** The most facts an answer may use. */
  readonly recallLimit: number;
  /** The time as the record writes it. */
  readonly time: () => string;
  readonly warn: Warn;
  /** Bounds the calls to the model, in all and per patient. */
  readonly modelCalls: Slots;
}

/** Past turns, and facts that still hold, in a model's prompt. */
const shownTurns = 12;
const shownHeld = 30;

/** Makes the answer to a message, and streams a model's; does not store it. */
export async function* makeAnswer(
  answering: Answering,
  scope: Scope,
  message: Message,
  signal: AbortSignal,
): AsyncGenerator<string, Answer> {
  const { danger, asks } = await answering.meanings.ofMessage(scope.patientId, message.text);
  const parts = partsOf(message.text, asks);
  const recalled = await recalledFor(answering, scope, message, parts);
  signal.throwIfAborted();
  if (isEmergency(message.text, danger)) return urgent(extracted(answering, parts, recalled));
  if (answering.llm === undefined) return extracted(answering, parts, recalled);
  return yield* modelled(answering, answering.llm, { scope, message, parts, recalled, signal });
}

/** A model answers no emergency: what it says might be taken for advice. */
const urgent = (answer: Answer): Answer => ({
  ...answer,
  text: cutAt(`${emergencyText}\n\n${answer.text}`, limits.answerLength),
});

async function recalledFor(
  { stores, indexing, meanings, warn }: Answering,
  scope: Scope,
  message: Message,
  { asked }: MessageParts,
): Promise<Recalled> {
  const except = new Set(factsOf({ ...scope, ...message, recordedAt: '' }).map(({ id }) => id));
  const coverage = await indexing.coverage(scope.patientId, except);
  return recall({ stores, meanings, warn, coverage, except }, scope.patientId, asked || message.text);
}

function extracted({ recallLimit }: Answering, parts: MessageParts, recalled: Recalled): Answer {
  const { degraded } = recalled;
  const made = reply(parts, recalled, recallLimit);
  return { ...made, facts: made.facts.map(asUsed), ...(degraded === undefined ? {} : { degraded }) };
}

interface Asked {
  readonly scope: Scope;
  readonly message: Message;
  readonly parts: MessageParts;
  readonly recalled: Recalled;
  readonly signal: AbortSignal;
}

/** Streams the model's answer. When the model fails before its first word, falls back to the extractive answer. */
async function* modelled(
  answering: Answering,
  llm: LanguageModel,
  { scope, message, parts, recalled, signal }: Asked,
): AsyncGenerator<string, Answer> {
  const facts = recalled.facts.slice(0, answering.recallLimit);
  const [{ turns: all }, held] = await Promise.all([
    answering.history.read(scope, shownTurns + 1),
    answering.readsFacts
      ? heldFacts(answering.stores.record, scope.patientId, { now: answering.time(), most: shownHeld })
      : [],
  ]);
  const turns = all.filter(({ id, replacedBy }) => id !== message.id && replacedBy === undefined);
  const messages = prompt({ facts, held, turns, text: message.text, degraded: recalled.degraded });
  let text = '';
  const gaps = recalled.degraded === undefined ? [] : [recalled.degraded];
  const onCut = (): void => void gaps.unshift(modelCut);
  try {
    for await (const piece of bounded(calledFor(answering, llm, { messages, scope, signal, onCut }))) {
      text += piece;
      yield piece;
    }
    if (text.trim() === '') throw new Error('it answered nothing');
    answering.modelState.succeeded();
  } catch (error) {
    signal.throwIfAborted();
    answering.warn('The language model gave no whole answer', error);
    // That too many ask it, is no fault of the model.
    if (!(error instanceof SlotsTakenError)) answering.modelState.failed(error);
    if (text.trim() !== '') throw error;
    const why = error instanceof SlotsTakenError ? modelBusy : modelAway;
    const degraded = recalled.degraded === undefined ? why : `${why}; ${recalled.degraded}`;
    return { ...extracted(answering, parts, recalled), degraded };
  }
  return {
    text,
    facts: [...facts, ...held.filter(isSaidIn(text, facts))].map(asUsed),
    certainty: recalled.certainty,
    ...(gaps.length === 0 ? {} : { degraded: gaps.join('; ') }),
  };
}

/** Whether an answer says a fact that it was not given as recalled, too. */
const isSaidIn =
  (text: string, facts: readonly Fact[]) =>
  ({ value, sourceId }: HeldFact): boolean =>
    folded(text).includes(folded(value)) && !facts.some((fact) => fact.sourceId === sourceId);

const modelAway = 'the language model gave no answer';
const modelCut = "the language model's answer ends at its limit of tokens";
const modelBusy = 'the language model has too many questions to answer';

/** What the model says, once its turn has come. */
async function* calledFor(
  { modelCalls }: Answering,
  llm: LanguageModel,
  {
    messages,
    scope,
    signal,
    onCut,
  }: Pick<Asked, 'scope' | 'signal'> & {
    readonly messages: readonly ChatMessage[];
    readonly onCut: () => void;
  },
): AsyncGenerator<string, void> {
  const giveBack = await modelCalls.take(scope.patientId, signal);
  try {
    yield* llm.stream(messages, signal, { onCut });
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

export const asUsed = ({ id, text, recordedAt, sourceId }: UsedFact): UsedFact => ({
  id,
  text,
  recordedAt,
  sourceId,
});
