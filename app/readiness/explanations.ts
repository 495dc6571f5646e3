/** The same failure is looked into, and told, again only after this long. */
const repeatAfterMs = 10_000;

interface Explanation {
  readonly at: number;
  /** The client's own words until better ones are found. */
  text: string;
}

/** Explains failures beside the dialling, which must not wait for it, and not more often than anybody reads. */
export class Explanations {
  readonly #explain: (error: unknown) => Promise<string>;
  readonly #tell: (explanation: string) => void;
  /** By the client's words. Clients alternate between a few, such as "refused" and "closed". */
  readonly #known = new Map<string, Explanation>();
  readonly #toldAt = new Map<string, number>();
  #latest: Explanation | undefined;

  constructor(explain: (error: unknown) => Promise<string>, tell: (explanation: string) => void) {
    this.#explain = explain;
    this.#tell = tell;
  }

  /** The best known explanation now; where a better one is under way, it is told when it is there. */
  of(error: unknown): string {
    const raw = error instanceof Error ? error.message : String(error);
    const known = this.#known.get(raw);
    if (known && isFresh(known.at)) return known.text;
    const current = { at: Date.now(), text: known?.text ?? this.#latest?.text ?? raw };
    this.#dropStale();
    this.#known.set(raw, current);
    this.#latest = current;
    void this.#explain(error).then((text) => {
      current.text = text;
      // Meanwhile the store may have come back, or fail for another reason.
      if (this.#latest === current) this.#tellOnce(text);
    });
    return current.text;
  }

  /** The store answers: what was said of it holds no more. */
  forget(): void {
    this.#latest = undefined;
    this.#known.clear();
    this.#toldAt.clear();
  }

  #tellOnce(text: string): void {
    if (isFresh(this.#toldAt.get(text))) return;
    this.#toldAt.set(text, Date.now());
    this.#tell(text);
  }

  #dropStale(): void {
    for (const [raw, { at }] of this.#known) if (!isFresh(at)) this.#known.delete(raw);
    for (const [text, at] of this.#toldAt) if (!isFresh(at)) this.#toldAt.delete(text);
  }
}

function isFresh(at: number | undefined): boolean {
  return at !== undefined && Date.now() - at < repeatAfterMs;
}
