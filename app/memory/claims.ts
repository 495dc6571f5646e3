import { randomUUID } from 'node:crypto';
import { messageKey } from '../message-key.ts';
import type { Claim, Lease, RecordStore, Scope } from '../stores/types.ts';

interface Held {
  readonly claim: Claim;
  readonly lost: AbortController;
}

/** The answers that this process has claimed. Their leases are renewed for as long as they are held here. */
export class Claims {
  readonly lease: Lease;
  readonly #record: RecordStore;
  readonly #held = new Map<string, Held>();
  #renewing: NodeJS.Timeout | undefined;

  constructor(record: RecordStore, leaseMs: number) {
    this.#record = record;
    this.lease = { owner: randomUUID(), leaseMs };
  }

  hold(claim: Claim): Claim {
    this.#held.set(messageKey(claim, claim.messageId), { claim, lost: new AbortController() });
    this.#renewing ??= setInterval(() => void this.#renew(), this.lease.leaseMs / 3).unref();
    return claim;
  }

  /** The claim on a message's answer that is held already. */
  find(scope: Scope, messageId: string): Claim | undefined {
    return this.#held.get(messageKey(scope, messageId))?.claim;
  }

  /** Aborts when it turns out that the claim is another process's, or that nothing is owed any more. */
  lost(claim: Claim): AbortSignal {
    return this.#heldAs(claim)?.lost.signal ?? AbortSignal.abort();
  }

  /** Lets the lease run out, unless the answer was settled. */
  drop(claim: Claim): void {
    if (this.#heldAs(claim)) this.#held.delete(messageKey(claim, claim.messageId));
    if (this.#held.size > 0) return;
    clearInterval(this.#renewing);
    this.#renewing = undefined;
  }

  /** Gives claims up (by default all), so that another process need not wait for the end of their leases. */
  async release(claims: readonly Claim[] = this.#all()): Promise<void> {
    for (const claim of claims) this.drop(claim);
    if (claims.length > 0) await this.#record.release(claims);
  }

  /** A failure is no loss yet: the leases outlast two renewals. */
  async #renew(): Promise<void> {
    const lost = await this.#record.renew(this.#all(), this.lease.leaseMs).catch(() => []);
    for (const claim of lost) {
      const held = this.#heldAs(claim);
      this.drop(claim);
      held?.lost.abort(new Error('The answer is not owed by this process any more.'));
    }
  }

  #all(): Claim[] {
    return [...this.#held.values()].map(({ claim }) => claim);
  }

  #heldAs(claim: Claim): Held | undefined {
    const held = this.#held.get(messageKey(claim, claim.messageId));
    return held?.claim.attempt === claim.attempt ? held : undefined;
  }
}
