/** The same failure is explained, and reported, again only after this time. */
const repeatAfterMs = 10_000;

interface Explanation {
  readonly at: number;
  /** The client's message until the explanation is known. */
  text: string;
}

/** Explains failures in the background, so that dialling does not wait, at a limited rate. */
export class Explanations {
  readonly #explain: (error: unknown) => Promise<string>;
  readonly #tell: (explanation: string) => void;
  /** By the client's message. Clients alternate between a few, such as "refused" and "closed". */
  readonly #known = new Map<string, Explanation>();
  readonly #toldAt = new Map<string, number>();
  #latest: Explanation | undefined;

  constructor(explain: (error: unknown) => Promise<string>, tell: (explanation: string) => void) {
    this.#explain = explain;
    this.#tell = tell;
  }

  /** The best explanation known now; a better one in progress is reported when it is known. */
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
      // Meanwhile the dependency may be back, or fail for another reason.
      if (this.#latest === current) this.#tellOnce(text);
    });
    return current.text;
  }

  /** The dependency answers: earlier explanations are obsolete. */
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
