import { applied } from './applied.ts';
import { findingCodes } from './codes.ts';
import type { FileEdit, Finding } from './findings.ts';
import { readDocuments, UnreadableError, type Doc } from './source.ts';

/** A text of manifests, and what it is called. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** What can be mended without a decision. */
export interface Fixes {
  /** The findings that their edits mend, all together. */
  readonly fixed: readonly Finding[];
  /** Those whose edits overlap the edits of one that is mended. */
  readonly overlapping: readonly Finding[];
  /** The texts with the edits. */
  readonly sources: readonly Source[];
  /** What is found in these. */
  readonly left: readonly Finding[];
}

type Judge = (docs: readonly Doc[]) => readonly Finding[];

/**
 * The edits of findings, each held against the manifests as they would be: only those that make their finding go away
 * and lead to no new one are fixes. Where all do, which is usual, that takes one more look at the manifests.
 * @param found what `judge` finds in them.
 */
export function fixesOf(sources: readonly Source[], found: readonly Finding[], judge: Judge): Fixes {
  const trial = new Trial(sources, found, judge);
  const candidates = found.filter(({ edits }) => edits !== undefined);
  const isForm = ({ code }: Finding): boolean => findingCodes[code].group === 'schema';
  // What a misspelt field leads to is gone with it.
  trial.take([...candidates.filter(isForm), ...candidates.filter((one) => !isForm(one))]);
  return trial.fixes;
}

/** Takes more and more fixes that hold together. */
class Trial {
  readonly #sources: readonly Source[];
  readonly #known: ReadonlySet<string>;
  readonly #judge: Judge;
  fixes: Fixes;

  constructor(sources: readonly Source[], found: readonly Finding[], judge: Judge) {
    this.#sources = sources;
    this.#known = new Set(found.flatMap(keysOf));
    this.#judge = judge;
    this.fixes = { fixed: [], overlapping: [], sources, left: found };
  }

  /** Takes all, else by halves those that hold. */
  take(more: readonly Finding[]): void {
    if (more.length === 0 || this.#holds(more) || more.length === 1) return;
    const half = Math.ceil(more.length / 2);
    this.take(more.slice(0, half));
    this.take(more.slice(half));
  }

  #holds(more: readonly Finding[]): boolean {
    const { sources, fixed, overlapping } = this.#edited(more);
    const left = judged(sources, this.#judge);
    if (left === undefined || !left.every((one) => keysOf(one).some((key) => this.#known.has(key))))
      return false;
    const remaining = new Set(left.map(keyOf));
    if (fixed.some((one) => remaining.has(keyOf(one)))) return false;
    this.fixes = { fixed, overlapping: [...this.fixes.overlapping, ...overlapping], sources, left };
    return true;
  }

  #edited(more: readonly Finding[]): Omit<Fixes, 'left'> {
    const wanted = [...this.fixes.fixed, ...more];
    const edits = Map.groupBy(
      wanted.flatMap((one) => one.edits ?? []),
      ({ file }) => file,
    );
    const results = this.#sources.map(({ file, text }) => ({
      file,
      ...applied(text, edits.get(file) ?? []),
    }));
    const leftOut = new Set<FileEdit>(results.flatMap((result) => result.leftOut));
    const overlapping = wanted.filter((one) => one.edits?.some((edit) => leftOut.has(edit)));
    if (overlapping.length > 0) return this.#without(more, overlapping);
    return { fixed: wanted, overlapping, sources: results.map(({ file, text }) => ({ file, text })) };
  }

  /** Of a finding with an edit that is left out, nothing is written. */
  #without(more: readonly Finding[], overlapping: readonly Finding[]): Omit<Fixes, 'left'> {
    const others = this.#edited(more.filter((one) => !overlapping.includes(one)));
    return { ...others, overlapping: [...overlapping, ...others.overlapping] };
  }
}

const keyOf = ({ code, message }: Finding): string => `${code} ${message}`;

/** A finding may quote what another one's fix changes: then it is known by its place. */
const keysOf = (finding: Finding): string[] => [
  keyOf(finding),
  `${finding.code} in ${finding.here.file} at ${finding.here.field}`,
];

function judged(sources: readonly Source[], judge: Judge): readonly Finding[] | undefined {
  try {
    return judge(sources.flatMap(({ file, text }) => readDocuments(file, text)));
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}
