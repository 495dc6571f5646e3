import type { ModelReport } from '../../contract/http.ts';
import { answerFormat, extractionPrompt, readExtraction, type Extracted } from '../knowledge/extraction.ts';
import type { LanguageModel } from '../llm/chat-completions.ts';
import { ModelState } from '../model-state.ts';
import { SlotsTakenError, type Slots } from '../slots.ts';
import type { RecordStore, UnreadMessage } from '../stores/types.ts';
import type { ReadingCounts, Warn } from './types.ts';

/** Most messages taken at once; answers to patients need the model too. */
const mostMessages = 4;

/** Milliseconds that the calls for them may take, waiting for their turn included. */
const longestCallsMs = 120_000;

/** Milliseconds for which taken messages are no other process's: the calls, and what the record needs. */
const leaseMs = longestCallsMs + 30_000;

/** Milliseconds before the second attempt; each further one waits twice as long. */
const firstPauseMs = 60_000;
const longestPauseMs = 24 * 3_600_000;

/** Attempts after which the operator is told of a message: it is more than a model that is away for a while. */
const manyAttempts = 8;

/** Characters of an answer. */
const longestAnswer = 100_000;

interface Parts {
  readonly record: RecordStore;
  readonly llm: LanguageModel;
  /** Bounds the calls to the model, in all and per patient. */
  readonly modelCalls: Slots;
  readonly warn: Warn;
}

/**
 * Reads facts from the messages of the record, after they were acknowledged and answered. A message that cannot be read is
 * kept, and tried again ever more rarely.
 */
export class FactReading {
  readonly #parts: Parts;
  readonly #state = new ModelState();
  readonly #closing = new AbortController();
  readonly #counts = { read: 0, failed: 0, refused: 0 };
  #reading: Promise<void> | undefined;
  #failing = '';

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads what is due. Called again meanwhile, it is the same reading. */
  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** What became of calls to the model since the start. */
  get counts(): ReadingCounts {
    return this.#counts;
  }

  report(): ModelReport {
    const { lastError, ...report } = this.#state.report('language model, reading facts');
    return { ...report, lastError: lastError ?? (this.#failing === '' ? null : this.#failing) };
  }

  /** Gives up what is being read, for another process to take. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reading?.catch(() => undefined);
  }

  async #read(): Promise<void> {
    const { record } = this.#parts;
    for (;;) {
      if (this.#closing.signal.aborted) return;
      // One, to see whether a model that failed is back.
      const most = this.#state.lastError === undefined ? mostMessages : 1;
      const taken = await record.takeUnread(most, leaseMs);
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(longestCallsMs)]);
      const patients = Map.groupBy(taken, ({ patientId }) => patientId);
      const results = await Promise.allSettled(
        [...patients.values()].map((messages) => this.#readOfPatient(messages, signal)),
      );
      if (this.#failing !== '' || this.#state.lastError !== undefined) await this.#count();
      for (const result of results) if (result.status === 'rejected') throw result.reason as Error;
      if (taken.length < mostMessages || this.#state.lastError !== undefined) return;
    }
  }

  /** One call after the other, so that answers to the patient have a slot, too. */
  async #readOfPatient(messages: readonly UnreadMessage[], signal: AbortSignal): Promise<void> {
    for (const together of callsFor(messages)) await this.#readTogether(together, signal);
  }

  /** @throws Error when the record fails: the messages are due again when their lease has run out. */
  async #readTogether(messages: readonly UnreadMessage[], signal: AbortSignal): Promise<void> {
    const { record } = this.#parts;
    const extracted = await this.#extracted(messages, signal);
    if (extracted === undefined) {
      const isOver = this.#closing.signal.aborted;
      await Promise.all(messages.map((one) => record.postpone(one, isOver ? 0 : pauseAfter(one.attempt))));
      return;
    }
    for (const message of messages)
      await record.markRead(message, extracted.stated.get(message.messageId) ?? []);
  }

  /** What the model read; none when it failed. */
  async #extracted(messages: readonly UnreadMessage[], signal: AbortSignal): Promise<Extracted | undefined> {
    try {
      const extracted = readExtraction(await this.#answer(messages, signal), messages);
      this.#state.succeeded();
      this.#counts.read += 1;
      this.#counts.refused += extracted.refused;
      return extracted;
    } catch (error) {
      // Neither that it is given up here nor that too many ask it, is a fault of the model.
      if (this.#closing.signal.aborted || error instanceof SlotsTakenError) return undefined;
      const hasFailedOften = messages.some(({ attempt }) => attempt === manyAttempts);
      if (this.#state.lastError === undefined || hasFailedOften)
        this.#parts.warn(
          'The language model read no facts from a message; it is kept, and tried again later',
          error,
        );
      this.#state.failed(error);
      this.#counts.failed += 1;
      return undefined;
    }
  }

  async #answer(messages: readonly UnreadMessage[], signal: AbortSignal): Promise<string> {
    const { llm, modelCalls } = this.#parts;
    const giveBack = await modelCalls.take(messages[0]?.patientId ?? '', signal);
    try {
      let text = '';
      for await (const piece of llm.stream(extractionPrompt(messages), signal, { format: answerFormat })) {
        text += piece;
        if (text.length > longestAnswer)
          throw new Error(`the answer is longer than ${longestAnswer} characters`);
      }
      return text;
    } finally {
      giveBack();
    }
  }

  async #count(): Promise<void> {
    const { inAll, failing } = await this.#parts.record.unread(manyAttempts);
    this.#failing =
      failing === 0
        ? ''
        : `${failing} of ${inAll} unread messages failed ${manyAttempts} times or more; they are kept, and tried again`;
  }
}

const pauseAfter = (attempt: number): number =>
  Math.min(firstPauseMs * 2 ** Math.min(attempt - 1, 20), longestPauseMs);

/**
 * The messages of each call for a patient: those of one session together, in which their ids are unique. One that failed
 * before is alone, since it may be what the others failed by.
 */
function callsFor(messages: readonly UnreadMessage[]): UnreadMessage[][] {
  const calls = Map.groupBy(messages, ({ sessionId, messageId, attempt }) =>
    JSON.stringify([sessionId, attempt === 1 ? '' : messageId]),
  );
  return [...calls.values()];
}
