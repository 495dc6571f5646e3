import { mostTogether } from '../stores/group-commit.ts';

/** Most conversations that are opened at once: as many as one read of the record answers together. */
export const mostAtOnce = mostTogether;

interface Waiting {
  readonly gone: AbortSignal;
  readonly enter: (mayEnter: boolean) => void;
}

/**
 * Opens so many conversations at once, the newest handshake first. Where more connect than can be served, those that waited
 * longest are about to give up: served in the order they came, all would be served too late, and would come again.
 */
export class Admissions {
  #opening = 0;
  readonly #waiting: Waiting[] = [];

  /** @param gone aborted when the peer has given up. @returns what `open` does; none, at once, for a peer that is gone. */
  async admit<T>(gone: AbortSignal, open: () => Promise<T>): Promise<T | undefined> {
    if (gone.aborted) return undefined;
    if (this.#opening < mostAtOnce) this.#opening += 1;
    else if (!(await this.#wait(gone))) return undefined;
    return open().finally(() => this.#next());
  }

  #wait(gone: AbortSignal): Promise<boolean> {
    return new Promise((enter) => {
      this.#waiting.push({ gone, enter });
      gone.addEventListener('abort', () => enter(false), { once: true });
    });
  }

  /** The newest one that is not gone takes the place that is free. */
  #next(): void {
    for (let newest = this.#waiting.pop(); newest !== undefined; newest = this.#waiting.pop()) {
      if (newest.gone.aborted) continue;
      newest.enter(true);
      return;
    }
    this.#opening -= 1;
  }
}
