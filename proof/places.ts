import type { Doc, Path, Place } from './source.ts';

/** Places of documents, to be looked up by what is around them or in them. */
export class Places {
  readonly #exact = new Map<Doc, Set<string>>();
  /** These, and everything around them. */
  readonly #around = new Map<Doc, Set<string>>();

  constructor(places: readonly Place[]) {
    for (const [doc, all] of Map.groupBy(places, (place) => place.doc)) {
      this.#exact.set(doc, new Set(all.map(({ path }) => pathKey(path))));
      this.#around.set(doc, new Set(all.flatMap(({ path }) => keysAround(path))));
    }
  }

  /** Whether a place is one of these, or in one of them. */
  hasAround({ doc, path }: Place): boolean {
    const exact = this.#exact.get(doc);
    return exact !== undefined && keysAround(path).some((key) => exact.has(key));
  }

  /** Whether a place is one of these, or has one of them in it. */
  hasInside({ doc, path }: Place): boolean {
    return this.#around.get(doc)?.has(pathKey(path)) ?? false;
  }
}

export const pathKey = (path: Path): string => JSON.stringify(path);

/** The keys of a path, and of every path around it. */
export const keysAround = (path: Path): string[] =>
  [...path, 'itself'].map((_, length) => pathKey(path.slice(0, length)));
