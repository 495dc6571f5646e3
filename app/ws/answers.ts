import { firstLine } from '../../dial/client-errors.ts';
import { sessionKey } from '../message-key.ts';
import { NotOwedError, type Ended as MemoryEnded, type Memory, type Message } from '../memory/types.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Delta, Replicas } from '../stores/replicas.ts';
import type { Scope, Settled } from '../stores/types.ts';
import type { Sessions } from './sessions.ts';

/** How an answer ended, as it is stored; `not here` when it is owed no more, or by another; none when it is not known. */
type Ended = Settled | 'not here' | undefined;

type Run = (answer: RunningAnswer) => Promise<Ended>;

/** One answer in progress. It outlives the connection that asked, so that it is stored even if that closes. */
export class RunningAnswer {
  readonly ended: Promise<Ended>;
  readonly #run: Run;
  readonly #stopping = new AbortController();
  readonly #leaving = new AbortController();
  readonly #end: (outcome: Promise<Ended>) => void;
  #begun = false;
  #said: Delta | undefined;

  /** `run` makes the answer; it never rejects. */
  constructor(run: Run) {
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.ended = promise;
    this.#end = resolve;
    this.#run = run;
  }

  /** Aborts when the answer is stopped. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Aborts when another process is to make the answer. */
  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  /** All that was said so far, as one piece. */
  get said(): Delta | undefined {
    return this.#said;
  }

  /** Starts the answer unless it has started. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#end(this.#run(this));
  }

  /** Ends the answer where it is, also before its turn has come. */
  stop(): void {
    this.#stopping.abort();
    this.begin();
  }

  /** Gives the answer up, for another process to make, also before its turn has come. */
  handOver(): void {
    this.#leaving.abort();
    this.begin();
  }

  /** Adds a piece. */
  say(delta: Delta): void {
    const before = this.#said?.attempt === delta.attempt ? this.#said.text : '';
    this.#said = { ...delta, at: 0, text: before + delta.text };
  }
}

interface Parts {
  readonly memory: Memory;
  readonly sessions: Sessions;
  readonly replicas: Pick<Replicas, 'deltas' | 'stop' | 'onStop' | 'owe'>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The answers in progress in this process, so that no message is answered twice at the same time. */
export class Answers {
  /** By session, then by message id. */
  readonly #running = new Map<string, Map<string, RunningAnswer>>();
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.replicas.onStop((scope, id) => this.stopHere(scope, id));
  }

  /** The pending answer to an accepted message; `begin` starts it. */
  claim(scope: Scope, message: Message): RunningAnswer {
    return this.#find(scope, message.id) ?? this.#new(scope, message);
  }

  #new(scope: Scope, message: Message): RunningAnswer {
    const answer = new RunningAnswer((running) => this.#make(scope, message, running));
    const key = sessionKey(scope);
    const ofSession = this.#running.get(key) ?? new Map<string, RunningAnswer>();
    this.#running.set(key, ofSession.set(message.id, answer));
    return answer;
  }

  #forget(scope: Scope, id: string): void {
    const key = sessionKey(scope);
    const ofSession = this.#running.get(key);
    ofSession?.delete(id);
    if (ofSession?.size === 0) this.#running.delete(key);
  }

  /**
   * Ends an answer: here, or in the replica that makes it, or before anybody makes it.
   * @throws Error when the replica that makes it cannot be told.
   */
  async stop(scope: Scope, id: string): Promise<void> {
    const { memory, replicas } = this.#parts;
    this.stopHere(scope, id);
    if (memory.makes(scope, id)) return;
    const ended = await memory.stop(scope, id);
    if (ended) this.#tell(scope, ended);
    else await replicas.stop(scope, id);
  }

  /** Ends an answer if this process makes it, or waits to. */
  stopHere(scope: Scope, id: string): void {
    this.#find(scope, id)?.stop();
  }

  /** What was said so far of the answers in progress in a session, for who comes in the middle. */
  async said(scope: Scope): Promise<readonly Delta[]> {
    const here = this.#of(scope).flatMap(({ said }) => said ?? []);
    return here.length > 0 ? here : this.#parts.replicas.deltas(scope);
  }

  /** Resolves when no answer is pending or in progress any more. */
  async idle(): Promise<void> {
    for (let all = this.#all(); all.length > 0; all = this.#all())
      await Promise.all(all.map(({ ended }) => ended));
  }

  /** Gives up the answers in progress, of a session or all, and tells other processes, which make them at once. */
  async handOver(scope?: Scope): Promise<void> {
    const given = scope === undefined ? this.#all() : this.#of(scope);
    if (given.length === 0) return;
    for (const answer of given) answer.handOver();
    await Promise.all(given.map(({ ended }) => ended));
    this.#parts.replicas.owe();
  }

  #of(scope: Scope): RunningAnswer[] {
    return [...(this.#running.get(sessionKey(scope))?.values() ?? [])];
  }

  #all(): RunningAnswer[] {
    return [...this.#running.values()].flatMap((ofSession) => [...ofSession.values()]);
  }

  #find(scope: Scope, id: string): RunningAnswer | undefined {
    return this.#running.get(sessionKey(scope))?.get(id);
  }

  async #make(scope: Scope, message: Message, running: RunningAnswer): Promise<Ended> {
    const { metrics, log } = this.#parts;
    const stop = metrics.answerSeconds.startTimer();
    try {
      const ended = await this.#stream(scope, message, running);
      const { settled } = ended;
      stop({ outcome: settled.kind === 'answer' ? 'done' : settled.kind });
      this.#tell(scope, ended);
      return settled;
    } catch (error) {
      if (error instanceof NotOwedError) return 'not here';
      if (running.leaving.aborted) {
        stop({ outcome: 'handed over' });
        return 'not here';
      }
      stop({ outcome: 'failed' });
      log.warn({ messageId: message.id, reason: firstLine(error) }, 'No answer could be made');
      return undefined;
    } finally {
      this.#forget(scope, message.id);
    }
  }

  #tell(scope: Scope, { settled, isNew }: MemoryEnded): void {
    const { sessions } = this.#parts;
    if (isNew) sessions.tell(scope, settled);
    else sessions.tellHere(scope, settled);
  }

  async #stream(scope: Scope, message: Message, running: RunningAnswer): Promise<MemoryEnded> {
    const { memory, sessions } = this.#parts;
    const pieces = memory.answer(scope, message, running.leaving, running.stopping);
    for (;;) {
      const next = await pieces.next();
      if (next.done) return next.value;
      if (next.value.text === '') continue;
      running.say(next.value);
      sessions.delta(scope, next.value);
    }
  }
}
