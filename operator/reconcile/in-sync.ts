import type { SecretReader } from '../../deploy/secret-readers.ts';
import { objectKey, type Observed } from './observed.ts';
import type { StackResource } from './resource.ts';
import type { Outcome } from './status.ts';

/** What follows from a document alone. */
export type Shape = Pick<Outcome, 'wantedWorkloads' | 'idle' | 'gates' | 'facts' | 'ignoresDrift'> & {
  /** The keys of its own Secret; none where it generates no password. */
  readonly secretKeys: readonly string[];
  /** Who reads them. */
  readonly readers: readonly SecretReader[];
};

/** A stack as it was found or made: what need not be rendered and compared again. */
export interface InSync {
  readonly uid: string;
  readonly generation: number;
  /** By key of each rendered object that is as rendered. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** The keys of rendered objects that another's autoscaler scaled then: theirs are not compared with replicas. */
  readonly scaled: ReadonlySet<string>;
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

  /**
   * The same, if every object still is as it was then, and the stack has no others.
   * @param isScaled whether an autoscaler of another owner scales an object now.
   */
  stillOf(
    key: string,
    resource: StackResource,
    { live, isScaled }: { live: readonly Observed[]; isScaled: (one: Observed) => boolean },
  ): InSync | undefined {
    const found = this.of(key, resource);
    if (!found?.isComplete) return undefined;
    const isAsFound = (one: Observed): boolean => !one.isEnding && isStill(found, one, isScaled(one));
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

/** Whether an object is as it was found. */
export const isStill = (
  { fingerprints, scaled }: Pick<InSync, 'fingerprints' | 'scaled'>,
  one: Observed,
  isScaled: boolean,
): boolean => fingerprints.get(objectKey(one)) === one.fingerprint && scaled.has(objectKey(one)) === isScaled;
