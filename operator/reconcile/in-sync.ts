import { objectKey, type Observed } from './observed.ts';
import type { StackResource } from './resource.ts';
import type { Outcome } from './status.ts';

/** What follows from a document alone. */
export type Shape = Pick<Outcome, 'wantedWorkloads' | 'idle' | 'gates' | 'facts'> & {
  /** It generates passwords, and keeps them in a Secret. */
  readonly hasSecret: boolean;
};

/** A stack as it was found or made: what need not be rendered and compared again. */
export interface InSync {
  readonly uid: string;
  readonly generation: number;
  /** By key of each rendered object that is as rendered. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Whether that is every rendered object. */
  readonly isComplete: boolean;
  readonly shape: Shape;
}

/** What was found of each stack. To lose it costs requests, and no more: it is found again. */
export class InSyncStacks {
  readonly #found = new Map<string, InSync & { readonly until: number }>();
  readonly #validMs: number;

  /** @param validMs after so long a stack is compared anew with the API server itself. */
  constructor(validMs: number) {
    this.#validMs = validMs;
  }

  /** What was found of this generation of the resource. */
  of(key: string, { metadata }: StackResource): InSync | undefined {
    const found = this.#found.get(key);
    const isSame = found?.uid === metadata.uid && found.generation === metadata.generation;
    return isSame && performance.now() < found.until ? found : undefined;
  }

  /** The same, if every object still is as it was then, and the stack has no others. */
  stillOf(key: string, resource: StackResource, live: readonly Observed[]): InSync | undefined {
    const found = this.of(key, resource);
    if (!found?.isComplete) return undefined;
    const isAsFound = (one: Observed): boolean =>
      !one.isEnding && found.fingerprints.get(objectKey(one)) === one.fingerprint;
    const changed = live.filter((one) => !isAsFound(one));
    const isWhole = live.length - changed.length === found.fingerprints.size;
    return isWhole && changed.every(({ ownerUid }) => ownerUid !== resource.metadata.uid) ? found : undefined;
  }

  set(key: string, found: InSync): void {
    this.#found.set(key, { ...found, until: performance.now() + this.#validMs });
  }

  delete(key: string): void {
    this.#found.delete(key);
  }
}
