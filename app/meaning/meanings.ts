import type { ModelReport } from '../../contract/http.ts';
import { ModelState } from '../model-state.ts';
import { passagesOf, windowsOf } from '../memory/recall/windows.ts';
import type { AskedMeaning, Fact, SearchIndex, UnindexedWindow } from '../stores/types.ts';
import { withTimeLimit } from '../../model/time-limit.ts';
import type { Embedder, Meaning } from './embedder.ts';
import { Serving } from './serving.ts';

/** Windows that are embedded before their vectors are stored. */
const batch = 32;

/** Milliseconds after which an embedder that failed is tried again. */
const againMs = 15_000;

/** Milliseconds after which they are tried again. */
const batchMs = 60_000;

/** Windows that are embedded while a question waits: some tenths of a second of work. */
const mostUnindexed = 32;

/** Windows of a message that are judged. */
const mostWindows = 64;

export interface MeaningsParts {
  readonly embedder: Embedder | undefined;
  readonly index: SearchIndex;
  readonly isOpen: () => boolean;
  /** Milliseconds that a question waits for its vector; then it is searched by words. */
  readonly questionMs: number;
  /** Milliseconds that it waits for the vectors of what was told just before; those are then searched by words. */
  readonly vectorsMs: number;
  readonly warn: (what: string, error: unknown) => void;
}

/** Vectors for all windows that were there when it began. */
type Round = PromiseWithResolvers<void>;

/** What is known of a message, while there is an embedder that knows it. */
export interface Judged {
  /** The greatest danger that a part of it reports: above 0 there may be one. */
  readonly danger?: number;
  /** How much each part asks. */
  readonly asks: ReadonlyMap<string, number>;
}

/** Gives the windows of the index their vectors, in the background, and questions theirs. Never fails: words are enough. */
export class Meanings {
  readonly #parts: MeaningsParts;
  readonly #serving: Serving | undefined;
  /** By patient and fact: the round that gives its windows vectors. */
  readonly #told = new Map<string, Map<string, Round>>();
  #next: Round = Promise.withResolvers();
  #working: Promise<void> | undefined;
  #rebuilding: Promise<void> | undefined;
  #isRebuilt = false;
  #isWanted = false;
  #again: NodeJS.Timeout | undefined;
  readonly state = new ModelState();

  constructor(parts: MeaningsParts) {
    this.#parts = parts;
    const { embedder: configured, index, warn } = parts;
    this.#serving = configured && new Serving({ configured, index, warn });
  }

  /** Why search is by words only; none while it is by meaning too. */
  get away(): string | undefined {
    if (this.#serving === undefined) return 'no embedding model is configured';
    return this.#serving.former === undefined ? this.state.lastError : undefined;
  }

  /** Why only a part of what was told is searched by meaning, as after a change of the model. */
  get gap(): string | undefined {
    return this.#serving?.isPartial === true
      ? 'search by meaning is being rebuilt for another model'
      : undefined;
  }

  report(): ModelReport {
    const { lastError, ...report } = this.state.report('embedder');
    return { ...report, lastError: lastError ?? this.gap ?? null };
  }

  get embedder(): string | undefined {
    return this.#parts.embedder?.id;
  }

  /** The index may have windows without vectors: those of these facts, or old ones. */
  hurry(facts: readonly Fact[] = []): void {
    if (!this.#parts.embedder) return;
    for (const { patientId, id } of facts)
      this.#told.set(patientId, (this.#told.get(patientId) ?? new Map<string, Round>()).set(id, this.#next));
    this.#isWanted = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#isWanted) this.hurry();
    });
  }

  /** Resolves once the index has the vectors of a patient's facts that were added here, at the latest after `vectorsMs`. */
  async settled(patientId: string, except: ReadonlySet<string>): Promise<void> {
    const told = [...(this.#told.get(patientId) ?? [])].filter(([id]) => !except.has(id));
    if (told.length === 0 || this.away !== undefined) return;
    const rounds = Promise.all(told.map(([, { promise }]) => promise));
    await withTimeLimit(rounds, this.#parts.vectorsMs).catch(() => undefined);
  }

  /** Resolves once the index has every vector, or the embedder is away. */
  async idle(): Promise<void> {
    await this.#working;
    await this.#rebuilding;
    await this.#working;
  }

  /** The same windows, the first of them with what they mean to an embedder where that is known in time. */
  async ofWindows(
    by: string,
    patientId: string,
    windows: readonly UnindexedWindow[],
  ): Promise<UnindexedWindow[]> {
    const embedder = [this.#serving?.embedder, this.#parts.embedder].find((one) => one?.id === by);
    const first = windows.slice(0, mostUnindexed);
    if (!embedder || first.length === 0) return [...windows];
    const embedding = embedder.embed(first.map(({ text }) => ({ text, patientId, isQuestion: false })));
    const meanings = await withTimeLimit(embedding, this.#parts.vectorsMs).catch(() => []);
    return windows.map((window, at) => ({ ...window, meaning: meanings[at] }));
  }

  /** What a question means to the embedder whose vectors are searched; none while that cannot be known. */
  async ofQuestion(patientId: string, text: string): Promise<AskedMeaning | undefined> {
    const embedder = this.#serving?.embedder;
    if (embedder === undefined) return undefined;
    const [meaning] = await this.#atOnce(embedder, patientId, [text]);
    return meaning && { embedder: embedder.id, meaning };
  }

  /** Whether it is the embedder whose vectors are searched now. */
  serves(embedder: string): boolean {
    return this.#serving?.embedder.id === embedder;
  }

  /** What is known of the parts of a message. */
  async ofMessage(patientId: string, message: string): Promise<Judged> {
    const { embedder } = this.#parts;
    if (!embedder?.judges) return { asks: new Map() };
    const windows = [...new Set(passagesOf(message).flatMap(windowsOf))].slice(0, mostWindows);
    const meanings = await this.#atOnce(embedder, patientId, windows);
    const dangers = meanings.flatMap(({ danger }) => danger ?? []);
    const asks = windows.flatMap((window, at) => {
      const known = meanings[at]?.asks;
      return known === undefined ? [] : [[window, known] as const];
    });
    return { asks: new Map(asks), ...(dangers.length === 0 ? {} : { danger: Math.max(...dangers) }) };
  }

  /** What texts mean that somebody waits for; nothing while that cannot be known. */
  async #atOnce(
    embedder: Embedder,
    patientId: string,
    texts: readonly string[],
  ): Promise<readonly Meaning[]> {
    const { questionMs } = this.#parts;
    try {
      const embedding = embedder.embed(texts.map((text) => ({ text, patientId, isQuestion: true })));
      const meanings = await withTimeLimit(embedding, questionMs, `It took longer than ${questionMs} ms.`);
      this.#succeeded(embedder);
      return meanings;
    } catch (error) {
      if (embedder === this.#parts.embedder) this.#failed(error);
      else this.#serving?.doubt();
      return [];
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#again);
    this.#isWanted = false;
    await this.#serving?.close();
  }

  async #work(): Promise<void> {
    const { isOpen } = this.#parts;
    const serving = this.#serving;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        // It is called again when the index is back.
        if (!serving || !isOpen()) return;
        const round = this.#next;
        this.#next = Promise.withResolvers();
        try {
          await serving.look();
          // Here, where nothing is being embedded by the one before, whose vectors are then dropped.
          if (this.#isRebuilt) await serving.whole();
          await this.#embedServing(serving);
        } finally {
          this.#end(round);
        }
        if (serving.former === undefined) await serving.whole();
        else if (!this.#isRebuilt)
          this.#rebuilding ??= this.#rebuild(serving).finally(() => {
            this.#rebuilding = undefined;
          });
      }
    } catch (error) {
      this.#isWanted = false;
      this.#failedForNow(error);
    }
  }

  /** Gives every window a vector of the configured embedder, beside the work of the one before, which serves meanwhile. */
  async #rebuild(serving: Serving): Promise<void> {
    try {
      while (serving.former && this.#parts.isOpen() && !this.#isRebuilt)
        this.#isRebuilt = !(await this.#embed(serving.configured));
      // What was told meanwhile, or is left where the one before does not answer any more.
      this.hurry();
    } catch (error) {
      this.#failedForNow(error);
    }
  }

  #failedForNow(error: unknown): void {
    this.#failed(error);
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      this.hurry();
    }, againMs).unref();
  }

  /** Gives every window a vector of the embedder that serves. */
  async #embedServing(serving: Serving): Promise<void> {
    const { former } = serving;
    if (former)
      try {
        while (await this.#embed(former));
        return;
      } catch (error) {
        serving.giveUp(error);
      }
    while (await this.#embed(serving.configured));
  }

  /** @returns whether there may be more. */
  async #embed(embedder: Embedder): Promise<boolean> {
    const { index } = this.#parts;
    const windows = await index.unembedded(embedder.id, batch);
    if (windows.length === 0) return false;
    const embedding = embedder.embed(windows.map((one) => ({ ...one, isQuestion: false })));
    const meanings = await withTimeLimit(embedding, batchMs, `It took longer than ${batchMs} ms.`);
    const embedded = windows.flatMap((window, at) => {
      const meaning = meanings[at];
      return meaning ? [{ ...window, meaning }] : [];
    });
    await index.addMeanings(embedder.id, embedded);
    this.#succeeded(embedder);
    return windows.length === batch;
  }

  /** Nobody waits for a round any more, be it that it failed. */
  #end(round: Round): void {
    for (const [patient, facts] of this.#told) {
      for (const [id, one] of facts) if (one === round) facts.delete(id);
      if (facts.size === 0) this.#told.delete(patient);
    }
    round.resolve();
  }

  #succeeded(embedder: Embedder): void {
    if (embedder === this.#parts.embedder) this.state.succeeded();
  }

  /** Told once, not with each message. */
  #failed(error: unknown): void {
    const before = this.state.lastError;
    this.state.failed(error);
    if (before !== undefined) return;
    const isServed = this.#serving?.former !== undefined;
    this.#parts.warn(
      isServed
        ? 'Nothing can be embedded anew; search by meaning goes on by the model before'
        : 'Search is by words only: nothing can be embedded',
      error,
    );
  }
}
