import type { PatientContext } from '../../contract/http.ts';
import { storeNames } from '../../contract/services/backend-variables.ts';
import type { Delta } from '../stores/replicas.ts';
import type { Embedder } from '../meaning/embedder.ts';
import { ModelState } from '../model-state.ts';
import { Meanings } from '../meaning/meanings.ts';
import type { LanguageModel } from '../llm/chat-completions.ts';
import type { Slots } from '../slots.ts';
import type {
  Availability,
  Claim,
  Fact,
  OutcomeKind,
  Scope,
  SessionEvent,
  Settled,
  Stores,
} from '../stores/types.ts';
import { kindOf, UnknownOutcomeError } from '../stores/types.ts';
import { asUsed, makeAnswer, type Answering } from './answering.ts';
import { Claims } from './claims.ts';
import { FactReading } from './fact-reading.ts';
import { factsOf } from './facts.ts';
import { heldFacts } from './held-facts.ts';
import { Indexing } from './indexing.ts';
import { OwedAnswer } from './owed-answer.ts';
import { partsOf } from './responder.ts';
import { usualWaits, type Waits } from './waits.ts';
import { SessionHistory } from './session-history.ts';
import { opening } from './opening.ts';
import type { Accepted, Answer, Ended, Memory, Warn } from './types.ts';

export interface MemoryParts {
  readonly stores: Stores;
  readonly availability: Availability;
  /** Without one, search is by words only. */
  readonly embedder?: Embedder | undefined;
  /** Without one, answers quote the memory itself. */
  readonly llm?: LanguageModel | undefined;
  /** Whether it also reads facts from messages, by default; if not, answers use none that were read before. */
  readonly readsFacts?: boolean;
  /** Bounds the calls to it, in all and per patient. */
  readonly modelCalls: Slots;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds for which an answer stays claimed by a process that says no more. */
  readonly leaseMs?: number;
  /** How long an answer waits before it does without. */
  readonly waits?: Waits;
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
  const { stores, availability, embedder, llm, modelCalls, now, limits, warn, waits = usualWaits } = parts;
  const { leaseMs = defaultLeaseMs, readsFacts = true } = parts;
  const { record } = stores;
  const history = new SessionHistory(stores, availability, limits.history);
  const meanings = new Meanings({
    ...{ embedder, warn, index: stores.index },
    isOpen: () => availability(stores.index.name) === 'open',
    ...{ questionMs: waits.questionMs, vectorsMs: waits.vectorsMs },
  });
  const indexing = new Indexing({ stores, availability, meanings, warn, indexMs: waits.indexMs });
  const recallLimit = limits.recall;
  const modelState = new ModelState();
  const reading = llm && readsFacts ? new FactReading({ record, llm, modelCalls, warn }) : undefined;
  const claims = new Claims(record, leaseMs);
  const time = (): string => new Date(now()).toISOString();
  const answering: Answering = {
    ...{ stores, indexing, meanings, history, llm, modelState, recallLimit, time, warn, modelCalls },
    readsFacts: reading !== undefined,
  };

  return {
    mode: llm === undefined ? 'extractive' : 'llm',
    open: (scope, limit, from) => opening({ record, history }, scope, { limit, from }),
    events: (scope, after) => record.events(scope, after, eventsAtOnce),
    positions: (scopes) => record.positions(scopes),
    async reindex(how) {
      await indexing.reindex(how);
    },
    index: () => indexing.report(),
    readFacts: () => reading?.read() ?? Promise.resolve(),
    factReadings: () => reading?.counts ?? { read: 0, failed: 0, refused: 0 },
    owed: (limit) => record.owed(limit),
    handOver: () => claims.release(),
    searchesByWordsOnly: () => meanings.away,
    models: () => [
      ...(embedder ? [meanings.report()] : []),
      ...(llm ? [modelState.report('language model')] : []),
      ...(reading ? [reading.report()] : []),
    ],
    async close() {
      await reading?.close();
      await meanings.close();
    },

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
        return { event, isDuplicate: true, isRemembered: false, outcome: await askedAgain(scope, id) };
      void history.remember(scope, event);
      claims.hold({ ...scope, messageId: id, attempt: 1, tries: 1 });
      indexing.add(scope.patientId, facts);
      return { event, isDuplicate: false, isRemembered: facts.some(tells) || replaces !== undefined };
    },

    makes: (scope, messageId) => claims.find(scope, messageId) !== undefined,

    async *answer(scope, message, signal, stop): AsyncGenerator<Delta, Ended> {
      const owed = owedAnswer(scope, message.id);
      const claim = await owed.claim(signal);
      if ('settled' in claim) return claim;
      const lost = claims.lost(claim);
      const ended = async (kind: OutcomeKind, answer: Answer): Promise<Ended> => {
        const how = await owed.settle(claim, kind, answer, signal);
        void history.remember(scope, how.settled);
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
      const claim = await owed.tryClaim();
      if (claim === undefined || 'settled' in claim) return claim;
      return owed.settle(claim, 'stopped', { text: '', facts: [] }, AbortSignal.abort());
    },

    context: (patientId) => context(stores, availability, patientId, reading && time()),
  };

  /**
   * How a message that is sent again was answered, if it was. A failure is made good: the answer is owed again before the
   * message is acknowledged, so that it is made even if this process ends now.
   * @throws UnknownOutcomeError
   */
  async function askedAgain(scope: Scope, id: string): Promise<Settled | undefined> {
    try {
      await record.oweAgain(scope, id);
      return await record.outcomeOf(scope, id);
    } catch (cause) {
      throw new UnknownOutcomeError(cause);
    }
  }

  /** Gives a claim up, for another process to make the answer. @throws the cause. */
  async function handedOver(claim: Claim, cause: unknown): Promise<never> {
    await claims.release([claim]).catch(() => undefined);
    throw cause;
  }

  function owedAnswer(scope: Scope, messageId: string): OwedAnswer {
    return new OwedAnswer({ record, claims, time }, scope, messageId);
  }
}

/** A question is found again, but it is nothing that the patient told. */
const tells = ({ text }: Fact): boolean => partsOf(text).told !== '';

/** @param now where facts are read from messages, to tell which still hold. */
async function context(
  { record }: Stores,
  availability: Availability,
  patientId: Scope['patientId'],
  now: string | undefined,
): Promise<PatientContext> {
  const away = storeNames.filter((name) => availability(name) !== 'open');
  try {
    const [facts, held, recent] = await Promise.all([
      record.facts(patientId, contextFacts),
      now === undefined ? undefined : heldFacts(record, patientId, { now, most: contextFacts }),
      record.recent(patientId, contextTurns),
    ]);
    const told = facts.filter(tells).map(asUsed);
    return { patientId, facts: told, ...(held === undefined ? {} : { held }), recent, unavailable: away };
  } catch {
    const unavailable = storeNames.filter((name) => name === record.name || away.includes(name));
    return { patientId, facts: [], recent: [], unavailable };
  }
}
