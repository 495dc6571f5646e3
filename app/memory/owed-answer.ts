import { setTimeout as pause } from 'node:timers/promises';
import type { Claim, Outcome, OutcomeKind, RecordStore, Scope } from '../stores/types.ts';
import type { Claims } from './claims.ts';
import { contentId } from './facts.ts';
import { NotOwedError, type Answer, type Ended } from './types.ts';

/** Attempts in a row that may end with their process, before the failure is stored: the message may be what ends it. */
const mostTries = 3;

/** Milliseconds after which the record is asked again for an answer that another process is making. */
const askAgainMs = 250;

interface Owing {
  readonly record: RecordStore;
  readonly claims: Claims;
  /** The time as the record writes it. */
  readonly time: () => string;
}

const nothing: Answer = { text: '', facts: [] };

/** What a message is owed: made by whoever holds its claim, and stored once. */
export class OwedAnswer {
  readonly #owing: Owing;
  readonly #scope: Scope;
  readonly #messageId: string;

  constructor(owing: Owing, scope: Scope, messageId: string) {
    this.#owing = owing;
    this.#scope = scope;
    this.#messageId = messageId;
  }

  /**
   * The claim, as soon as it is to be had; or how the answer ended, when another process has stored that first, or when
   * too many attempts ended with their process.
   * @throws NotOwedError
   */
  async claim(signal: AbortSignal): Promise<Claim | Ended> {
    for (;;) {
      const claimed = await this.tryClaim();
      if (claimed !== undefined) return claimed;
      do await pause(askAgainMs, undefined, { signal });
      while (await this.#owing.record.isBusy(this.#scope, this.#messageId));
    }
  }

  /** As `claim`; none when another process makes the answer now. */
  async tryClaim(): Promise<Claim | Ended | undefined> {
    const { record, claims } = this.#owing;
    const held = claims.find(this.#scope, this.#messageId);
    if (held) return held;
    const claimed = await record.claim(this.#scope, this.#messageId, claims.lease);
    if (claimed.state === 'replaced') throw new NotOwedError('The message was replaced by an edit.');
    if (claimed.state === 'busy') return undefined;
    if (claimed.state === 'settled') return { settled: claimed.outcome, isNew: false };
    const claim = claims.hold(claimed.claim);
    return claim.tries <= mostTries ? claim : this.fail(claim);
  }

  /**
   * Stores how the answer ended. A commit that failed is repeated once, which stores nothing twice: an answer that was made
   * is no failure. @returns what the record has, which may be another attempt's.
   */
  async settle(claim: Claim, kind: OutcomeKind, answer: Answer, signal: AbortSignal): Promise<Ended> {
    const settle = (): Promise<Ended | undefined> => this.#settle(claim, kind, answer);
    const settled = await settle().catch(settle);
    if (settled) return settled;
    const other = await this.claim(signal);
    return 'settled' in other ? other : this.settle(other, kind, answer, signal);
  }

  /** Stores that no answer could be made. @returns none when another process makes it. */
  async fail(claim: Claim): Promise<Ended | undefined> {
    return this.#settle(claim, 'failed', nothing);
  }

  async #settle(claim: Claim, kind: OutcomeKind, { text, ...rest }: Answer): Promise<Ended | undefined> {
    const outcome = { kind, turn: this.#turn(text), ...rest };
    try {
      const settled = await this.#owing.record.settle(claim, outcome);
      return settled && { settled, isNew: true };
    } finally {
      this.#owing.claims.drop(claim);
    }
  }

  #turn(text: string): Outcome['turn'] {
    const { patientId, sessionId } = this.#scope;
    return {
      id: contentId('answer', patientId, sessionId, this.#messageId),
      speaker: 'assistant',
      text,
      recordedAt: this.#owing.time(),
      replyTo: this.#messageId,
    };
  }
}
