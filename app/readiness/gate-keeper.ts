import type { GateReport, GateState } from '../../model/report.ts';
import { withTimeLimit } from '../../model/time-limit.ts';
import { Explanations } from './explanations.ts';

/** How one dependency is asked. */
export interface Dial {
  /**
   * One round trip, and what has to be prepared before the first use, which `onWork` is told of; rejects when the
   * dependency would not serve this process.
   */
  readonly connect: (onWork: (work: string) => void) => Promise<void>;
  /** Why it rejected, for a person. May take seconds; must not reject. */
  readonly explain: (error: unknown) => Promise<string>;
}

interface Rules {
  readonly stateWhenAway: () => GateState;
  readonly changed: (gate: GateReport, before: GateState) => void;
  readonly initialized: () => void;
  readonly failed: (gate: GateReport, explanation: string) => void;
}

/** Dial interval while the dependency answers, so that an outage is noticed without traffic. */
const checkEveryMs = 1_000;
/**
 * One dial that fails may have met a connection that was being closed, so a gate that is open closes with the second.
 * A dial that had to be waited for so long, in milliseconds, is no such moment.
 */
const momentMs = 250;
/** Back-off ceiling after the first failed dial; it doubles with each further one. */
const backoffBaseMs = 250;
/**
 * Highest back-off ceiling. Waits are between half the ceiling and the ceiling, on average about a second: a Service
 * without a ready pod refuses by ICMP, which Linux sends once a second at most. More frequent dials get no answer and
 * hang until a timeout.
 */
const backoffCapMs = 1_500;
/** Limit for a client that never settles; longer than every store's own timeout. */
const dialLimitMs = 90_000;

/** Dials one dependency until stopped: with back-off and jitter while it is away, at an interval while it answers. */
export class GateKeeper {
  readonly #dial: Dial;
  readonly #rules: Rules;
  readonly #explanations: Explanations;
  #gate: GateReport;
  /** What a dial that was answered still does; its gate is not open yet, and what failed before is no reason any more. */
  #work: string | undefined;
  #everOpen = false;
  #stopped = false;
  #dialling = false;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, dial: Dial, rules: Rules) {
    this.#dial = dial;
    this.#rules = rules;
    this.#gate = { name, state: 'closed', since: now(), lastError: null, attempts: 0 };
    this.#explanations = new Explanations(dial.explain, (text) => this.#explained(text));
  }

  get gate(): GateReport {
    const lastError = this.#gate.state === 'open' ? undefined : this.#work;
    return lastError === undefined ? this.#gate : { ...this.#gate, lastError };
  }

  start(): void {
    this.dialNow();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Dials at once; during a dial, once more right after it, since that dial may have begun too early. */
  dialNow(): void {
    if (this.#stopped) return;
    if (this.#dialling) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    void this.#round();
  }

  async #round(): Promise<void> {
    this.#dialling = true;
    this.#again = false;
    const failure = await this.#verdict();
    this.#dialling = false;
    // Assigned while this waited, which the compiler's narrowing cannot see.
    if (this.#stopped) return;
    if (failure === undefined) this.#opened();
    else this.#away(failure.error);
    const waitMs = (this.#again as boolean) ? 0 : failure ? this.#backoffMs() : checkEveryMs;
    this.#timer = setTimeout(() => this.dialNow(), waitMs);
  }

  /** Why the dependency is away; dials twice where one failure proves nothing. */
  async #verdict(): Promise<{ readonly error: unknown } | undefined> {
    const began = performance.now();
    const failure = await this.#attempt();
    const isMoment = this.#gate.state === 'open' && performance.now() - began < momentMs;
    return failure && isMoment && !this.#stopped ? this.#attempt() : failure;
  }

  async #attempt(): Promise<{ readonly error: unknown } | undefined> {
    try {
      await withTimeLimit(
        this.#dial.connect((work) => (this.#work = work)),
        dialLimitMs,
      );
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      this.#work = undefined;
    }
  }

  #backoffMs(): number {
    const ceiling = Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(this.#gate.attempts, 10));
    return ceiling * (0.5 + Math.random() / 2);
  }

  #opened(): void {
    this.#explanations.forget();
    const first = !this.#everOpen;
    this.#everOpen = true;
    if (first) this.#rules.initialized();
    this.#become({ state: 'open', attempts: 0 });
  }

  #away(error: unknown): void {
    const attempts = this.#gate.attempts + 1;
    const lastError = this.#explanations.of(error);
    this.#become({ state: this.#rules.stateWhenAway(), attempts, lastError });
  }

  #become(news: Partial<GateReport>): void {
    const before = this.#gate.state;
    const changed = news.state !== undefined && news.state !== before;
    this.#gate = { ...this.#gate, ...news, ...(changed ? { since: now() } : {}) };
    if (changed) this.#rules.changed(this.#gate, before);
  }

  #explained(text: string): void {
    if (this.#stopped) return;
    this.#become({ lastError: text });
    this.#rules.failed(this.#gate, text);
  }
}

function now(): string {
  return new Date().toISOString();
}
