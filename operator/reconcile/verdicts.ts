/**
 * By object: the state for which a dry run found that an apply would change nothing. The same state needs no second one.
 * To lose it costs a dry run.
 */
export class Verdicts {
  readonly #found = new Map<string, string>();

  has(key: string, verdict: string): boolean {
    return this.#found.get(key) === verdict;
  }

  add(key: string, verdict: string): void {
    this.#found.set(key, verdict);
  }

  /** Forgets the objects whose key begins so. */
  forget(prefix: string): void {
    for (const key of this.#found.keys()) if (key.startsWith(prefix)) this.#found.delete(key);
  }
}
