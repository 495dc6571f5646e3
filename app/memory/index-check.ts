import type { IndexReport } from '../../contract/http.ts';
import { ModelState } from '../model-state.ts';
import type { Stores } from '../stores/types.ts';
import type { Warn } from './types.ts';

/** Milliseconds between two checks. */
const everyMs = 60_000;

interface Parts {
  readonly stores: Stores;
  /** Whose vectors are checked. */
  readonly embedder: string | undefined;
  readonly warn: Warn;
}

/** Whether the search index still holds what was added to it, and takes what it lacks. */
export class IndexCheck {
  readonly #parts: Parts;
  readonly #writes = new ModelState();
  #checkedAt = -Infinity;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  report(): IndexReport {
    const { lastError = null } = this.#writes;
    return { writable: lastError === null, lastError };
  }

  /** The index was away: it may have come back as an earlier copy of itself. */
  expire(): void {
    this.#checkedAt = -Infinity;
  }

  /** Follows a write. @throws what it is rejected with. */
  async writing(write: Promise<void>): Promise<void> {
    try {
      await write;
      this.#writes.succeeded();
    } catch (error) {
      const before = this.#writes.lastError;
      this.#writes.failed(error);
      if (before === undefined)
        this.#parts.warn('The search index takes no writes; what it lacks is searched in the record', error);
      throw error;
    }
  }

  /**
   * Checks, if that is due. An index that has lost facts becomes another one, to which the record adds all again.
   * @param claim whether this process may do so.
   */
  async run(claim: () => Promise<boolean>): Promise<void> {
    if (performance.now() - this.#checkedAt < everyMs) return;
    const { stores, embedder, warn } = this.#parts;
    const { index, record } = stores;
    // In this order: what is added meanwhile makes no index seem to lack it.
    const added = await record.indexed(await index.id());
    const held = await index.held();
    const isMine = held >= added || (await claim());
    if (isMine) this.#checkedAt = performance.now();
    await this.writing(index.proveWritable());
    if (!isMine) return;
    if (held < added) {
      warn(
        'The search index lost facts, and is filled again from the record',
        new Error(
          `It holds ${held} of the ${added} facts that were added to it. Was it set back to an earlier copy?`,
        ),
      );
      await index.renew();
    }
    if (embedder === undefined) return;
    await index.renewLostMeanings(embedder);
    await index.keepMeanings(embedder);
  }
}
