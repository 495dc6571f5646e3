import { setTimeout as pause } from 'node:timers/promises';
import type { Claim, Outcome, RecordStore, Scope, Settled } from '../stores/types.ts';
import type { Claims } from './claims.ts';
import { contentId } from './extract/facts.ts';
import type { Answer } from './types.ts';

/** Attempts in a row that may end with their process, before the failure is stored: the message may be what ends it. */
const mostTries = 3;

/** Milliseconds after which the record is asked again for an answer that another process is making. */
const askAgainMs = 250;

/** The answer could not be made. It is made anew when the message is sent again. */
export class AnswerFailedError extends Error {
  override readonly name = 'AnswerFailedError';
}

interface Owing {
  readonly record: RecordStore;
  readonly claims: Claims;
  /** The time as the record writes it. */
  readonly time: () => string;
}

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
   * The claim, as soon as it is to be had; or the answer, when another process has stored it first.
   * @throws AnswerFailedError when the other process failed, or when too many attempts ended with their process.
   */
  async claim(signal: AbortSignal): Promise<Claim | Settled> {
    const { record, claims } = this.#owing;
    const held = claims.find(this.#scope, this.#messageId);
    if (held) return held;
    for (let again = true; ; again = false) {
      const claimed = await record.claim(this.#scope, this.#messageId, claims.lease, again);
      if (claimed.state === 'claimed') return this.#begun(claims.hold(claimed.claim));
      if (claimed.state === 'settled') return answered(claimed.outcome);
      await pause(askAgainMs, undefined, { signal });
    }
  }

  /** Stores an answer. @returns the one the record has, which may be another attempt's. */
  async settle(claim: Claim, answer: Answer, signal: AbortSignal): Promise<Settled> {
    const outcome = await this.#settle(claim, {
      kind: 'answer',
      turn: this.#turn(answer.text),
      facts: answer.facts,
      ...(answer.degraded === undefined ? {} : { degraded: answer.degraded }),
    });
    if (outcome) return answered(outcome);
    const other = await this.claim(signal);
    return 'kind' in other ? other : this.settle(other, answer, signal);
  }

  /** Stores that no answer could be made. */
  async fail(claim: Claim): Promise<void> {
    await this.#settle(claim, { kind: 'failed', turn: this.#turn(''), facts: [] });
  }

  async #settle(claim: Claim, outcome: Outcome): Promise<Settled | undefined> {
    try {
      return await this.#owing.record.settle(claim, outcome);
    } finally {
      this.#owing.claims.drop(claim);
    }
  }

  async #begun(claim: Claim): Promise<Claim> {
    if (claim.tries <= mostTries) return claim;
    await this.fail(claim);
    throw new AnswerFailedError(`Given up: ${mostTries} attempts ended with the process that made them.`);
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

function answered(outcome: Settled): Settled {
  if (outcome.kind === 'failed') throw new AnswerFailedError('Another attempt at this answer failed.');
  return outcome;
}
