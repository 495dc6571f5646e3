import { randomUUID } from 'node:crypto';
import { messageKey } from '../message-key.ts';
import type { Claim, Lease, RecordStore, Scope } from '../stores/types.ts';

/** The answers that this process has claimed. Their leases are renewed for as long as they are held here. */
export class Claims {
  readonly lease: Lease;
  readonly #record: RecordStore;
  readonly #held = new Map<string, Claim>();
  #renewing: NodeJS.Timeout | undefined;

  constructor(record: RecordStore, leaseMs: number) {
    this.#record = record;
    this.lease = { owner: randomUUID(), leaseMs };
  }

  hold(claim: Claim): Claim {
    this.#held.set(messageKey(claim, claim.messageId), claim);
    this.#renewing ??= setInterval(() => this.#renew(), this.lease.leaseMs / 3).unref();
    return claim;
  }

  /** The claim on a message's answer that is held already. */
  find(scope: Scope, messageId: string): Claim | undefined {
    return this.#held.get(messageKey(scope, messageId));
  }

  /** Lets the lease run out, unless the answer was settled. */
  drop(claim: Claim): void {
    const key = messageKey(claim, claim.messageId);
    if (this.#held.get(key)?.attempt === claim.attempt) this.#held.delete(key);
    if (this.#held.size > 0) return;
    clearInterval(this.#renewing);
    this.#renewing = undefined;
  }

  /** Gives claims up (by default all), so that another process need not wait for the end of their leases. */
  async release(claims: readonly Claim[] = [...this.#held.values()]): Promise<void> {
    for (const claim of claims) this.drop(claim);
    if (claims.length > 0) await this.#record.release(claims);
  }

  /** A failure is no loss yet: the leases outlast two renewals. */
  #renew(): void {
    this.#record.renew([...this.#held.values()], this.lease.leaseMs).catch(() => undefined);
  }
}
