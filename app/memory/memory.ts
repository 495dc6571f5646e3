import type { PatientContext } from '../../contract/http.ts';
import { modelCallLimits, type Turn } from '../../contract/protocol.ts';
import { storeNames } from '../../contract/services/backend-variables.ts';
import type { LanguageModel } from '../llm/chat-completions.ts';
import { Slots } from '../slots.ts';
import type { Availability, Scope, Settled, Stores } from '../stores/types.ts';
import { asUsed, makeAnswer, type Answering } from './answering.ts';
import { Claims } from './claims.ts';
import { factsOf } from './extract/facts.ts';
import { Indexing } from './indexing.ts';
import { OwedAnswer } from './owed-answer.ts';
import { SessionHistory } from './session-history.ts';
import type { Accepted, Answer, Memory, Warn } from './types.ts';

export interface MemoryParts {
  readonly stores: Stores;
  readonly availability: Availability;
  /** Without one, answers quote the memory itself. */
  readonly llm?: LanguageModel | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds for which an answer stays claimed by a process that says no more. */
  readonly leaseMs?: number;
  /** Milliseconds an answer waits for the index to be filled before it does without. */
  readonly indexWaitMs?: number;
  readonly warn: Warn;
  readonly limits: {
    /** Turns of a session that are shown and cached. */
    readonly history: number;
    /** Facts an answer may use. */
    readonly recall: number;
  };
}

/** Most facts and turns in the context of a patient. */
const contextFacts = 100;
const contextTurns = 20;

/** How long an answer stays claimed when its process says no more; two renewals may fail. */
const defaultLeaseMs = 10_000;

/**
 * The memory over the three stores. A message is accepted once the record has it. Cache and index are updated on a
 * best-effort basis and repaired from the record.
 */
export function createMemory(parts: MemoryParts): Memory {
  const { stores, availability, llm, now, limits, warn, indexWaitMs, leaseMs = defaultLeaseMs } = parts;
  const { record } = stores;
  const history = new SessionHistory(stores, availability, limits.history);
  const indexing = new Indexing(stores, availability, indexWaitMs);
  const modelCalls = new Slots(modelCallLimits);
  const recallLimit = limits.recall;
  const answering: Answering = { stores, indexing, history, llm, recallLimit, warn, modelCalls };
  const claims = new Claims(record, leaseMs);
  const time = (): string => new Date(now()).toISOString();

  return {
    mode: llm === undefined ? 'extractive' : 'llm',
    history: (scope, limit) => history.turns(scope, limit),
    reindex: () => indexing.reindex(),
    owed: (limit) => record.owed(limit),
    handOver: () => claims.release(),

    async accept(scope, { id, text }): Promise<Accepted> {
      const turn: Turn = { id, speaker: 'patient', text, recordedAt: time() };
      const facts = factsOf({ ...scope, ...turn });
      const stored = await record.addMessage({ ...scope, ...turn }, facts, claims.lease);
      const { recordedAt, duplicate } = stored;
      void history.remember(scope, stored, { ...turn, recordedAt });
      if (duplicate) return { recordedAt, duplicate, ...(await storedAnswer(scope, id)) };
      claims.hold({ ...scope, messageId: id, attempt: 1, tries: 1 });
      indexing.add(scope.patientId, facts);
      return { recordedAt, duplicate };
    },

    async *answer(scope, message, signal): AsyncGenerator<string, Answer> {
      const owed = new OwedAnswer({ record, claims, time }, scope, message.id);
      const claim = await owed.claim(signal);
      if ('kind' in claim) return answerOf(claim);
      try {
        const { pieces, answer } = yield* streamed(scope, message, signal);
        const settled = await owed.settle(claim, answer, signal);
        void history.remember(scope, settled, settled.turn);
        if (settled.turn.text === answer.text) yield* pieces;
        return answerOf(settled);
      } catch (error) {
        await (signal.aborted ? claims.release([claim]) : owed.fail(claim)).catch(() => undefined);
        throw error;
      }
    },

    context: (patientId) => context(stores, availability, patientId),
  };

  async function storedAnswer(scope: Scope, id: string): Promise<Pick<Accepted, 'answer'>> {
    const outcome = await record.outcomeOf(scope, id);
    return outcome === undefined || outcome.kind === 'failed' ? {} : { answer: answerOf(outcome) };
  }

  /** A model's answer is streamed as it arrives; an extractive one is stored before it is sent. */
  async function* streamed(
    scope: Scope,
    message: { readonly id: string; readonly text: string },
    signal: AbortSignal,
  ): AsyncGenerator<string, { readonly pieces: readonly string[]; readonly answer: Answer }> {
    const making = makeAnswer(answering, scope, message, signal);
    const pieces: string[] = [];
    for (;;) {
      const made = await making.next();
      if (made.done) return { pieces, answer: made.value };
      if (llm === undefined) pieces.push(made.value);
      else yield made.value;
    }
  }
}

const answerOf = ({ turn, facts, degraded }: Settled): Answer => ({
  text: turn.text,
  facts,
  ...(degraded === undefined ? {} : { degraded }),
});

async function context(
  { record }: Stores,
  availability: Availability,
  patientId: Scope['patientId'],
): Promise<PatientContext> {
  const away = storeNames.filter((name) => availability(name) !== 'open');
  try {
    const [facts, recent] = await Promise.all([
      record.facts(patientId, contextFacts),
      record.recent(patientId, contextTurns),
    ]);
    return { patientId, facts: facts.map(asUsed), recent, unavailable: away };
  } catch {
    const unavailable = storeNames.filter((name) => name === record.name || away.includes(name));
    return { patientId, facts: [], recent: [], unavailable };
  }
}
