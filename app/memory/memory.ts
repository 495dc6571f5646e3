import type { PatientContext } from '../../contract/http.ts';
import type { Turn } from '../../contract/protocol.ts';
import { storeNames } from '../../contract/services/backend-variables.ts';
import type { LanguageModel } from '../llm/chat-completions.ts';
import type { Availability, Scope, Stores } from '../stores/types.ts';
import { asUsed, makeAnswer, type Answering } from './answering.ts';
import { contentId, factsOf } from './extract/facts.ts';
import { Indexing } from './indexing.ts';
import { SessionHistory } from './session-history.ts';
import type { Accepted, Answer, Memory } from './types.ts';

export interface MemoryParts {
  readonly stores: Stores;
  readonly availability: Availability;
  /** Without one, answers quote the memory itself. */
  readonly llm?: LanguageModel | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
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

/**
 * The memory over the three stores. A message is accepted once the record has it. Cache and index are updated on a
 * best-effort basis and repaired from the record.
 */
export function createMemory({ stores, availability, llm, now, limits }: MemoryParts): Memory {
  const history = new SessionHistory(stores, availability, limits.history);
  const indexing = new Indexing(stores, availability);
  const answering: Answering = { stores, indexing, history, llm, recallLimit: limits.recall };
  const time = (): string => new Date(now()).toISOString();

  return {
    mode: llm === undefined ? 'extractive' : 'llm',
    history: (scope, limit) => history.turns(scope, limit),
    reindex: () => indexing.reindex(),

    async accept(scope, { id, text }): Promise<Accepted> {
      const turn: Turn = { id, speaker: 'patient', text, recordedAt: time() };
      const facts = factsOf({ ...scope, ...turn });
      const { recordedAt, duplicate } = await stores.record.addMessage({ ...scope, ...turn }, facts);
      // After a duplicate the cache is updated too: the first process may have ended between commit and cache.
      const answer = duplicate ? await stores.record.answerTo(scope, id) : undefined;
      await history.remember(scope, { ...turn, recordedAt }, ...(answer === undefined ? [] : [answer]));
      if (!duplicate) indexing.add(scope.patientId, facts);
      return { recordedAt, duplicate, ...(answer === undefined ? {} : { answer }) };
    },

    async *answer(scope, message, signal): AsyncGenerator<string, Answer> {
      const making = makeAnswer(answering, scope, message, signal);
      const pieces: string[] = [];
      let made = await making.next();
      while (!made.done) {
        // A model's answer is streamed as it arrives; an extractive one is stored before it is sent.
        if (llm === undefined) pieces.push(made.value);
        else yield made.value;
        made = await making.next();
      }
      const turn: Turn = {
        id: contentId('answer', scope.patientId, scope.sessionId, message.id),
        speaker: 'assistant',
        text: made.value.text,
        recordedAt: time(),
        replyTo: message.id,
      };
      await stores.record.addAnswer({ ...scope, ...turn });
      await history.remember(scope, turn);
      yield* pieces;
      return made.value;
    },

    context: (patientId) => context(stores, availability, patientId),
  };
}

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
