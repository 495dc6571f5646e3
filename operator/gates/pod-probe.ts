import { isDeepStrictEqual } from 'node:util';
import { isNewer } from '../../kube/objects.ts';
import { mostWaitMs } from '../../model/report.ts';
import { backoffMs } from '../runtime/backoff.ts';
import { pause } from '../runtime/pause.ts';
import { changesOf, isUrgent, latenciesOf, type Change } from './changes.ts';
import { isSameState, observedAfter, type PodObserved } from './observed.ts';
import { unanswered, type Ask, type PodAnswer } from './pod-answer.ts';
import type { PodView } from './pod-view.ts';
import { writeConditions, type Writer } from './write-conditions.ts';

/** What the loops of all pods share. */
export interface ProbeOptions {
  readonly writer: Writer;
  readonly ask: Ask;
  /** Between two questions to a pod that answers, in milliseconds. */
  readonly intervalMs: () => number;
  /** The same where the process holds questions: from the begin of one to that of the next, at least. */
  readonly shortestMs: number;
  /** Between two questions to a pod that does not answer, at most. */
  readonly longestMs: number;
  /** What is known of the pod has changed. */
  readonly onObserved: (pod: PodView, observed: PodObserved) => void;
  /** For each gate that opened or closed: how long after the process knew it was written. */
  readonly onLatency: (seconds: number) => void;
  /** A write that failed; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** A write that gets no answer for so long is given up: the pod is not asked meanwhile. */
const writeLimitMs = 5_000;

/** What differs in words only is written, and told, at most so often: a process may word the same error in turns. */
const wordsEveryMs = 10_000;

/** For how long a process may hold a question, in milliseconds: a pod that is cut off is noticed later by as much. */
const heldMs = 2_000;

/** One question without an answer may be a lost packet; this many in a row are news. */
const unansweredToTell = 2;

/** Asks one pod's process again and again, and writes what it says into the pod's conditions. */
export class PodProbe {
  readonly #options: ProbeOptions;
  #pod: PodView;
  /** The last answer, from the pod's present address. */
  #before: PodAnswer | undefined;
  #observed: PodObserved | undefined;
  #told: { readonly observed: PodObserved; readonly at: number } | undefined;
  /** Questions without an answer, and writes that failed, in a row. */
  readonly #failures = { asks: 0, writes: 0 };
  /** Until then nothing is written, or only what is urgent; on the monotonic clock. */
  #holdUntil = -Infinity;

  constructor(options: ProbeOptions, pod: PodView) {
    this.#options = options;
    this.#pod = pod;
  }

  get pod(): PodView {
    return this.#pod;
  }

  /** What is known of the pod; `undefined` until it was asked. */
  get observed(): PodObserved | undefined {
    return this.#observed;
  }

  /** Takes a newer state of the same pod. A watch may be behind what this wrote itself. */
  update(pod: PodView): void {
    if (!isNewer(pod, this.#pod)) return;
    if (pod.ip !== this.#pod.ip) this.#before = undefined;
    this.#pod = pod;
  }

  /** Runs until the signal is aborted or the pod is gone, first after a delay in milliseconds; never rejects. */
  async run(signal: AbortSignal, delayMs: number): Promise<void> {
    if (delayMs > 0) await pause(delayMs, signal);
    while (!signal.aborted) {
      const began = performance.now();
      const answer = await this.#ask(signal);
      if (await this.#take(answer, signal)) return;
      await pause(this.#pauseMs(answer, performance.now() - began), signal);
    }
  }

  async #ask(signal: AbortSignal): Promise<PodAnswer> {
    const { ask, intervalMs } = this.#options;
    const pod = this.#pod;
    const before = this.#before;
    const waitMs = Math.min(mostWaitMs, Math.max(heldMs, intervalMs()));
    const asking = async (): Promise<PodAnswer> => ask(pod, signal, { before, waitMs });
    const answered = await asking().catch((error: unknown) => unanswered(String(error)));
    // Held as long as a question may be, it may be answered by the process of an address that the pod had before.
    const isPresent = this.#pod.ip === pod.ip;
    const answer = isPresent ? answered : unanswered('The pod has got another address.');
    this.#before = isPresent ? answer : undefined;
    this.#failures.asks = 'unanswered' in answer.readiness ? this.#failures.asks + 1 : 0;
    return answer;
  }

  #pauseMs({ isHolding }: PodAnswer, tookMs: number): number {
    const { intervalMs, shortestMs, longestMs } = this.#options;
    const ms = intervalMs();
    const jitter = 0.9 + Math.random() / 5;
    if (this.#failures.asks === 0) return isHolding ? Math.max(0, shortestMs * jitter - tookMs) : ms * jitter;
    return backoffMs(this.#failures.asks, { firstMs: ms, mostMs: Math.max(ms, longestMs) });
  }

  /** Whether the pod is gone. */
  async #take(answer: PodAnswer, signal: AbortSignal): Promise<boolean> {
    const { asks } = this.#failures;
    if (signal.aborted || (asks > 0 && asks < unansweredToTell)) return false;
    this.#observe(answer);
    try {
      return await this.#write(answer, signal);
    } catch (error) {
      this.#notWritten(error, signal);
      return false;
    }
  }

  #notWritten(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#failures.writes += 1;
    this.#holdUntil = performance.now() + backoffMs(this.#failures.writes);
    this.#options.onError(error);
  }

  #observe(answer: PodAnswer): void {
    const [told, at] = [this.#told, performance.now()];
    const observed = observedAfter(this.#pod, answer, this.#observed);
    this.#observed = observed;
    if (told && isDeepStrictEqual(observed, told.observed)) return;
    if (told && isSameState(observed, told.observed) && at < told.at + wordsEveryMs) return;
    this.#told = { observed, at };
    this.#options.onObserved(this.#pod, observed);
  }

  /** Whether the pod is gone. */
  async #write(answer: PodAnswer, signal: AbortSignal): Promise<boolean> {
    const changesNow = (pod: PodView): Change[] => changesOf(pod, answer, new Date().toISOString());
    if (!this.#isDue(changesNow(this.#pod))) return false;
    const until = AbortSignal.any([signal, AbortSignal.timeout(writeLimitMs)]);
    const written = await writeConditions(this.#options.writer, this.#pod, changesNow, until);
    if (!written) return true;
    this.update(written.pod);
    this.#failures.writes = 0;
    this.#holdUntil = performance.now() + wordsEveryMs;
    for (const seconds of latenciesOf(written.changes, answer, Date.now())) this.#options.onLatency(seconds);
    return false;
  }

  #isDue(changes: readonly Change[]): boolean {
    if (changes.length === 0) return false;
    return performance.now() >= this.#holdUntil || (this.#failures.writes === 0 && changes.some(isUrgent));
  }
}
