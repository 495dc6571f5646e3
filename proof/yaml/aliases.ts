import { EVENT_ID } from 'js-yaml';
import { anchorOf, offsetOf, opens, type Trouble, type YamlEvent } from './events.ts';

/** More values than any set of manifests repeats by aliases. */
const mostRepeated = 1_000_000;

/** An alias inside what it refers to, or aliases of aliases that multiply without bound; found before any is built. */
export function aliasTrouble(text: string, events: readonly YamlEvent[]): Trouble | undefined {
  const count = new Count();
  let repeated = 0;
  for (const event of events) {
    const anchor = anchorOf(text, event);
    if (event.type !== EVENT_ID.ALIAS || anchor === undefined) {
      count.add(event, anchor);
      continue;
    }
    repeated += count.repeat(anchor);
    const what = count.isInside(anchor)
      ? `the alias *${anchor} stands inside what it refers to`
      : repeated > mostRepeated
        ? `its aliases (*${anchor} is one) multiply to more than ${mostRepeated} values`
        : undefined;
    if (what !== undefined) return { offset: offsetOf(event) ?? 0, what };
  }
  return undefined;
}

/** How many values there are once aliases are followed, and how many of them each anchor has. */
class Count {
  #values = 0;
  readonly #sizes = new Map<string, number>();
  readonly #open: { readonly anchor: string | undefined; readonly before: number }[] = [];

  /** Anything but an alias. */
  add(event: YamlEvent, anchor: string | undefined): void {
    if (event.type === EVENT_ID.POP) return this.#close();
    // Anchors are known inside their document only.
    if (event.type === EVENT_ID.DOCUMENT) this.#sizes.clear();
    if (opens(event)) this.#open.push({ anchor, before: this.#values });
    else if (anchor !== undefined) this.#sizes.set(anchor, 1);
    this.#values += 1;
  }

  /** An alias; returns how many values it repeats. */
  repeat(anchor: string): number {
    const size = this.#sizes.get(anchor) ?? 0;
    this.#values += size;
    return size;
  }

  isInside(anchor: string): boolean {
    return this.#open.some((around) => around.anchor === anchor);
  }

  #close(): void {
    const { anchor, before } = this.#open.pop() ?? {};
    if (anchor !== undefined && before !== undefined) this.#sizes.set(anchor, this.#values - before);
  }
}
