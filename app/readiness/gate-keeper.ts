import type { GateState } from '../../model/report.ts';
import type { Gate } from '../../contract/http.ts';
import type { StoreName } from '../../contract/services/backend-variables.ts';
import { Explanations } from './explanations.ts';

/** How one store is asked. */
export interface Dial {
  /** One round trip; rejects when the store would not serve us. */
  readonly connect: () => Promise<void>;
  /** Why it rejected, for a person. May take seconds; must not reject. */
  readonly explain: (error: unknown) => Promise<string>;
}

interface Rules {
  readonly stateWhenAway: () => GateState;
  readonly changed: (gate: Gate, before: GateState) => void;
  readonly initialized: () => void;
  readonly failed: (gate: Gate, explanation: string) => void;
}

/** How often a store that answers is asked again, so that an outage is noticed without traffic. */
const checkEveryMs = 1_500;
/** Shortest first wait after a failed dial; it doubles. */
const backoffBaseMs = 250;
/**
 * Longest wait: a store that returned is noticed within it. No wait is shorter than its half, so that on average
 * a second lies between two dials: a Service without a ready pod refuses with ICMP, which Linux sends once a second at
 * most, and whoever asks oftener is not answered at all, and hangs until a timeout.
 */
const backoffCapMs = 1_500;
/** A client that never settles must not freeze a gate; beyond every store's own timeout. */
const dialLimitMs = 90_000;

/** Dials one store for ever: with jitter while it is away, at a steady pace while it answers. */
export class GateKeeper {
  readonly #dial: Dial;
  readonly #rules: Rules;
  readonly #explanations: Explanations;
  #gate: Gate;
  #everOpen = false;
  #stopped = false;
  #dialling = false;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: StoreName, dial: Dial, rules: Rules) {
    this.#dial = dial;
    this.#rules = rules;
    this.#gate = { name, state: 'closed', since: now(), lastError: null, attempts: 0 };
    this.#explanations = new Explanations(dial.explain, (text) => this.#explained(text));
  }

  get gate(): Gate {
    return this.#gate;
  }

  start(): void {
    this.dialNow();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Dials at once; while a dial is under way, once more right after it, for it may have begun too early. */
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
    const failure = await this.#attempt();
    this.#dialling = false;
    // Assigned while this waited, which the compiler's narrowing cannot see.
    if (this.#stopped) return;
    if (failure === undefined) this.#opened();
    else this.#away(failure.error);
    const waitMs = (this.#again as boolean) ? 0 : failure ? this.#backoffMs() : checkEveryMs;
    this.#timer = setTimeout(() => this.dialNow(), waitMs);
  }

  async #attempt(): Promise<{ readonly error: unknown } | undefined> {
    let limit: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new Error(`no answer within ${dialLimitMs} ms`)), dialLimitMs);
    });
    try {
      await Promise.race([this.#dial.connect(), tooLong]);
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      clearTimeout(limit);
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

  #become(news: Partial<Gate>): void {
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
