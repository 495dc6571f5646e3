import type { ModelReport } from '../../contract/http.ts';
import { ModelState } from '../model-state.ts';
import { passagesOf, windowsOf } from '../memory/recall/windows.ts';
import type { Fact, SearchIndex, UnindexedWindow } from '../stores/types.ts';
import { withTimeLimit } from '../../model/time-limit.ts';
import type { Embedder, Meaning } from './embedder.ts';

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
  /** By patient and fact: the round that gives its windows vectors. */
  readonly #told = new Map<string, Map<string, Round>>();
  #next: Round = Promise.withResolvers();
  #working: Promise<void> | undefined;
  #isWanted = false;
  #isRebuilding = false;
  #again: NodeJS.Timeout | undefined;
  readonly state = new ModelState();

  constructor(parts: MeaningsParts) {
    this.#parts = parts;
  }

  /** Why search is by words only; none while it is by meaning too. */
  get away(): string | undefined {
    return this.#parts.embedder === undefined ? 'no embedding model is configured' : this.state.lastError;
  }

  /** Why only a part of what was told is searched by meaning, as after a change of the model. */
  get gap(): string | undefined {
    return this.#isRebuilding ? 'search by meaning is being rebuilt for another model' : undefined;
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
    if (told.length === 0 || this.state.lastError !== undefined) return;
    const rounds = Promise.all(told.map(([, { promise }]) => promise));
    await withTimeLimit(rounds, this.#parts.vectorsMs).catch(() => undefined);
  }

  /** Resolves once the index has every vector, or the embedder is away. */
  async idle(): Promise<void> {
    await this.#working;
  }

  /** The same windows, the first of them with what they mean where that is known in time. */
  async ofWindows(patientId: string, windows: readonly UnindexedWindow[]): Promise<UnindexedWindow[]> {
    const { embedder, vectorsMs } = this.#parts;
    const first = windows.slice(0, mostUnindexed);
    if (!embedder || first.length === 0) return [...windows];
    const embedding = embedder.embed(first.map(({ text }) => ({ text, patientId, isQuestion: false })));
    const meanings = await withTimeLimit(embedding, vectorsMs).catch(() => []);
    return windows.map((window, at) => ({ ...window, meaning: meanings[at] }));
  }

  /** What a question means; none while that cannot be known. */
  async ofQuestion(patientId: string, text: string): Promise<Meaning | undefined> {
    const [meaning] = await this.#atOnce(patientId, [text]);
    return meaning;
  }

  /** What is known of the parts of a message. */
  async ofMessage(patientId: string, message: string): Promise<Judged> {
    if (!this.#parts.embedder?.judges) return { asks: new Map() };
    const windows = [...new Set(passagesOf(message).flatMap(windowsOf))].slice(0, mostWindows);
    const meanings = await this.#atOnce(patientId, windows);
    const dangers = meanings.flatMap(({ danger }) => danger ?? []);
    const asks = windows.flatMap((window, at) => {
      const known = meanings[at]?.asks;
      return known === undefined ? [] : [[window, known] as const];
    });
    return { asks: new Map(asks), ...(dangers.length === 0 ? {} : { danger: Math.max(...dangers) }) };
  }

  /** What texts mean that somebody waits for; nothing while that cannot be known. */
  async #atOnce(patientId: string, texts: readonly string[]): Promise<readonly Meaning[]> {
    const { embedder, questionMs } = this.#parts;
    if (!embedder) return [];
    try {
      const embedding = embedder.embed(texts.map((text) => ({ text, patientId, isQuestion: true })));
      const meanings = await withTimeLimit(embedding, questionMs, `It took longer than ${questionMs} ms.`);
      this.state.succeeded();
      return meanings;
    } catch (error) {
      this.#failed(error);
      return [];
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#again);
    this.#isWanted = false;
    await this.#parts.embedder?.close();
  }

  async #work(): Promise<void> {
    const { embedder, isOpen } = this.#parts;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        // It is called again when the index is back.
        if (!embedder || !isOpen()) return;
        const round = this.#next;
        this.#next = Promise.withResolvers();
        try {
          while (await this.#embed(embedder));
        } finally {
          this.#end(round);
        }
      }
    } catch (error) {
      this.#isWanted = false;
      this.#failed(error);
      this.#again ??= setTimeout(() => {
        this.#again = undefined;
        this.hurry();
      }, againMs).unref();
    }
  }

  /** @returns whether there may be more. */
  async #embed(embedder: Embedder): Promise<boolean> {
    const { index } = this.#parts;
    const windows = await index.unembedded(embedder.id, batch);
    const isFull = windows.length === batch;
    this.#rebuilding(isFull && (await index.hasMeaningsOfOthers(embedder.id)));
    if (windows.length === 0) return false;
    const embedding = embedder.embed(windows.map((one) => ({ ...one, isQuestion: false })));
    const meanings = await withTimeLimit(embedding, batchMs, `It took longer than ${batchMs} ms.`);
    const embedded = windows.flatMap((window, at) => {
      const meaning = meanings[at];
      return meaning ? [{ ...window, meaning }] : [];
    });
    await index.addMeanings(embedder.id, embedded);
    this.state.succeeded();
    return isFull;
  }

  /** Nobody waits for a round any more, be it that it failed. */
  #end(round: Round): void {
    for (const [patient, facts] of this.#told) {
      for (const [id, one] of facts) if (one === round) facts.delete(id);
      if (facts.size === 0) this.#told.delete(patient);
    }
    round.resolve();
  }

  /** Told once, not with each batch. */
  #rebuilding(isRebuilding: boolean): void {
    const isNews = isRebuilding && !this.#isRebuilding;
    this.#isRebuilding = isRebuilding;
    if (isNews)
      this.#parts.warn(
        'Search by meaning is being rebuilt; meanwhile it finds by words what is not embedded anew',
        new Error('the vectors of the index are of another model'),
      );
  }

  /** Told once, not with each message. */
  #failed(error: unknown): void {
    const before = this.state.lastError;
    this.state.failed(error);
    if (before === undefined) this.#parts.warn('Search is by words only: nothing can be embedded', error);
  }
}
