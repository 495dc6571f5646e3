/** The values of an index under which an entry is found. */
export type IndexOf<T> = (value: T) => readonly string[];

/** Values by key, and the keys by each index. */
export class Cache<T> {
  readonly #indices: Readonly<Record<string, IndexOf<T>>>;
  readonly #values = new Map<string, T>();
  /** By index and value: the keys. */
  readonly #keys = new Map<string, Map<string, Set<string>>>();
  /** The resourceVersion up to which it has its collection; undefined while that is listed. */
  version: string | undefined;

  constructor(indices: Readonly<Record<string, IndexOf<T>>> = {}) {
    this.#indices = indices;
    for (const index of Object.keys(indices)) this.#keys.set(index, new Map());
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  /** The keys of the entries with this value in an index. @throws RangeError for an index there is not. */
  keysBy(index: string, value: string): string[] {
    const keys = this.#keys.get(index);
    if (!keys) throw new RangeError(`There is no index "${index}".`);
    return [...(keys.get(value) ?? [])];
  }

  /** @returns the value it replaces. */
  set(key: string, value: T): T | undefined {
    const before = this.delete(key);
    this.#values.set(key, value);
    this.#eachIndexed(value, (keys, at) => {
      const set = keys.get(at) ?? new Set();
      keys.set(at, set.add(key));
    });
    return before;
  }

  /** @returns the value that was there. */
  delete(key: string): T | undefined {
    const before = this.#values.get(key);
    if (before === undefined) return undefined;
    this.#values.delete(key);
    this.#eachIndexed(before, (keys, at) => {
      const set = keys.get(at);
      set?.delete(key);
      if (set?.size === 0) keys.delete(at);
    });
    return before;
  }

  #eachIndexed(value: T, visit: (keys: Map<string, Set<string>>, at: string) => void): void {
    for (const [index, valuesOf] of Object.entries(this.#indices)) {
      const keys = this.#keys.get(index);
      if (keys) for (const at of valuesOf(value)) visit(keys, at);
    }
  }
}
