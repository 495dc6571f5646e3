import { isCompatible, isSameValue, isSingleValued } from './predicates.ts';
import type { Statement } from './statement.ts';

/** A fact that was stated, and until when it held. */
export interface Valid extends Statement {
  /** When it ended; none while it holds. */
  readonly invalidAt?: string;
  /** Id of the message that ended it. */
  readonly invalidatedBy?: string;
}

/**
 * Until when each fact of one patient holds. Nothing stored is changed by it: a message that is read late, or taken back by an
 * edit, has the effect that it would have had in its place. When in doubt a fact holds: a medicine that is shown for too
 * long can be seen to be old by its date, one that is hidden cannot be seen.
 */
export function validity(statements: readonly Statement[]): Valid[] {
  const ordered = statements.toSorted((one, other) => one.place - other.place);
  return ordered
    .filter(({ ends }) => !ends)
    .map((statement) => {
      const ending = ordered.find((later) => invalidates(later, statement));
      if (ending === undefined) return statement;
      const { validAt, recordedAt, sourceId } = ending;
      return { ...statement, invalidAt: validAt ?? recordedAt, invalidatedBy: sourceId };
    });
}

/** What holds at a time, each fact once, as it was said last; the last said first. */
export function current(statements: readonly Statement[], now: string): Valid[] {
  const holding = validity(statements).filter(({ invalidAt }) => invalidAt === undefined || invalidAt > now);
  const said = new Map<string, Valid>();
  for (const one of holding)
    said.set(JSON.stringify([one.subject, one.predicate, one.object, one.occasion, one.value]), one);
  return [...said.values()].toSorted((one, other) => other.place - one.place);
}

function invalidates(later: Statement, earlier: Statement): boolean {
  if (later.place <= earlier.place || later.subject !== earlier.subject) return false;
  return later.ends ? isEndOf(later, earlier) : supersedes(later, earlier);
}

/** The patient said that it ended: nothing else of a predicate with many values ever ends. */
function isEndOf(end: Statement, earlier: Statement): boolean {
  // It was begun again since.
  if (isBefore(end.validAt, earlier.validAt)) return false;
  if (end.predicate === 'takes' && earlier.predicate === 'dose')
    return isSameValue(end.value, earlier.object);
  if (!isAboutTheSame(end, earlier)) return false;
  if (end.occasion !== '' && end.occasion !== earlier.occasion) return false;
  return end.value === '' ? end.predicate === 'dose' : isSameValue(end.value, earlier.value);
}

/** A new value takes the place of the old one. What the patient says of a time before the old one does not. */
const supersedes = (later: Statement, earlier: Statement): boolean =>
  isSingleValued(later.subject, later.predicate) &&
  isAboutTheSame(later, earlier) &&
  later.occasion === earlier.occasion &&
  !isCompatible(later.value, earlier.value) &&
  !isBefore(later.validAt, earlier.validAt ?? earlier.recordedAt.slice(0, 10));

/** A dose without its medicine is the dose of nothing that is known. */
const isAboutTheSame = (one: Statement, other: Statement): boolean =>
  one.predicate === other.predicate &&
  isSameValue(one.object, other.object) &&
  (one.predicate !== 'dose' || one.object !== '');

const isBefore = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one < other;
