import type { PatientContext } from '../../contract/http.ts';
import { storeNames } from '../../contract/services/backend-variables.ts';
import type { Delta } from '../stores/replicas.ts';
import type { LanguageModel } from '../llm/chat-completions.ts';
import type { Slots } from '../slots.ts';
import type { Availability, Claim, OutcomeKind, Scope, SessionEvent, Stores } from '../stores/types.ts';
import { kindOf } from '../stores/types.ts';
import { asUsed, makeAnswer, type Answering } from './answering.ts';
import { Claims } from './claims.ts';
import { factsOf } from './extract/facts.ts';
import { Indexing } from './indexing.ts';
import { OwedAnswer } from './owed-answer.ts';
import { SessionHistory } from './session-history.ts';
import { opening } from './opening.ts';
import type { Accepted, Answer, Ended, Memory, Warn } from './types.ts';

export interface MemoryParts {
  readonly stores: Stores;
  readonly availability: Availability;
  /** Without one, answers quote the memory itself. */
  readonly llm?: LanguageModel | undefined;
  /** Bounds the calls to it, in all and per patient. */
  readonly modelCalls: Slots;
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

/** Most events of a session read at once. */
const eventsAtOnce = 200;

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
  const { stores, availability, llm, modelCalls, now, limits, warn, indexWaitMs } = parts;
  const { leaseMs = defaultLeaseMs } = parts;
  const { record } = stores;
  const history = new SessionHistory(stores, availability, limits.history);
  const indexing = new Indexing(stores, availability, indexWaitMs);
  const recallLimit = limits.recall;
  const answering: Answering = { stores, indexing, history, llm, recallLimit, warn, modelCalls };
  const claims = new Claims(record, leaseMs);
  const time = (): string => new Date(now()).toISOString();

  return {
    mode: llm === undefined ? 'extractive' : 'llm',
    open: (scope, limit, from) => opening({ record, history }, scope, { limit, from }),
    events: (scope, after) => record.events(scope, after, eventsAtOnce),
    positions: (scopes) => record.positions(scopes),
    async reindex() {
      await indexing.reindex();
    },
    owed: (limit) => record.owed(limit),
    handOver: () => claims.release(),

    async accept(scope, { id, text, replaces }): Promise<Accepted> {
      const said = {
        id,
        speaker: 'patient' as const,
        text,
        recordedAt: time(),
        ...(replaces === undefined ? {} : { replaces }),
      };
      const facts = factsOf({ ...scope, ...said });
      const stored = await record.addMessage({ ...scope, ...said }, facts, claims.lease);
      const { epoch, offset, recordedAt, duplicate } = stored;
      const turn = { ...said, recordedAt, offset };
      const event: SessionEvent = { epoch, kind: kindOf(said), turn, facts: [] };
      if (duplicate)
        return {
          event,
          isDuplicate: true,
          isRemembered: false,
          outcome: await record.outcomeOf(scope, id).catch(() => undefined),
        };
      void history.remember(scope, event);
      claims.hold({ ...scope, messageId: id, attempt: 1, tries: 1 });
      indexing.add(scope.patientId, facts);
      return { event, isDuplicate: false, isRemembered: facts.length > 0 || replaces !== undefined };
    },

    makes: (scope, messageId) => claims.find(scope, messageId) !== undefined,

    async *answer(scope, message, signal, stop): AsyncGenerator<Delta, Ended> {
      const owed = owedAnswer(scope, message.id);
      const claim = await owed.claim(signal);
      if ('settled' in claim) return claim;
      const lost = claims.lost(claim);
      const ended = async (kind: OutcomeKind, answer: Answer): Promise<Ended> => {
        const how = await owed.settle(claim, kind, answer, signal);
        if (kind !== 'failed') void history.remember(scope, how.settled);
        return how;
      };
      const { id } = message;
      let text = '';
      try {
        const making = makeAnswer(
          answering,
          scope,
          message,
          AbortSignal.any([signal, lost, ...(stop ? [stop] : [])]),
        );
        for (;;) {
          const made = await making.next();
          if (made.done) return await ended('answer', made.value);
          yield { id, attempt: claim.attempt, at: text.length, text: made.value };
          text += made.value;
        }
      } catch (error) {
        if (signal.aborted) return await handedOver(claim, error);
        if (lost.aborted) return yield* this.answer(scope, message, signal, stop);
        if (stop?.aborted) return ended('stopped', { text, facts: [] });
        const failed = await owed.fail(claim).catch(() => undefined);
        if (failed) return failed;
        throw error;
      }
    },

    async stop(scope, messageId): Promise<Ended | undefined> {
      const owed = owedAnswer(scope, messageId);
      const claim = await owed.tryClaim(false);
      if (claim === undefined || 'settled' in claim) return claim;
      return owed.settle(claim, 'stopped', { text: '', facts: [] }, AbortSignal.abort());
    },

    context: (patientId) => context(stores, availability, patientId),
  };

  /** Gives a claim up, for another process to make the answer. @throws the cause. */
  async function handedOver(claim: Claim, cause: unknown): Promise<never> {
    await claims.release([claim]).catch(() => undefined);
    throw cause;
  }

  function owedAnswer(scope: Scope, messageId: string): OwedAnswer {
    return new OwedAnswer({ record, claims, time }, scope, messageId);
  }
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
