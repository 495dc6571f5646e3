import { findingCodes, type FindingCode, type Severity } from './codes.ts';
import type { Redactor } from '../model/redact.ts';
import type { PlacedChange } from './changes.ts';
import { isAllShown, isShown, shownAt } from './redact.ts';
import { valueAt, writtenAt, type Place } from './source.ts';
import type { Edit } from './yaml/read.ts';

/** One end of a disagreement: where it is written, and what is written there (never a secret's value). */
export interface End {
  readonly file: string;
  readonly line: number;
  /** The field, as `spec.ports.0.port`. */
  readonly field: string;
  readonly value?: string;
}

/** A change of a file that may mend a finding. */
export interface FileEdit extends Edit {
  readonly file: string;
}

/** One contradiction in the manifests. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is wrong, in one sentence with both values. */
  readonly message: string;
  readonly here: End;
  /** The other place it disagrees with, where there is one. */
  readonly there?: End;
  /** What to change. */
  readonly fix: string;
  /** The same as it would be written, if that is the cause; `fixesOf` says whether it is. */
  readonly edits?: readonly FileEdit[] | undefined;
  /** A usual cause, such as a port that is another product's default. */
  readonly hint?: string;
}

/** A finding as a check returns it: places become files and lines in `findingOf`. */
export interface Fault {
  readonly code: FindingCode;
  /** Absent: as the code has it. */
  readonly severity?: Severity;
  readonly message: string;
  readonly here: Place;
  readonly there?: Place;
  readonly fix: string;
  /** The fix, where only one is possible; absent otherwise. */
  readonly changes?: readonly PlacedChange[] | undefined;
  readonly hint?: string | undefined;
}

/** The finding of a fault, with its lines looked up and every secret masked. */
export function findingOf(fault: Fault, redactor: Redactor): Finding {
  const { code, message, fix, hint } = fault;
  return {
    code,
    severity: severityOf(fault),
    message: redactor.sentence(message),
    here: endOf(fault.here, redactor),
    ...(fault.there ? { there: endOf(fault.there, redactor) } : {}),
    fix: redactor.sentence(fix),
    ...editsOf(fault, redactor),
    ...(hint ? { hint } : {}),
  };
}

/** All of them, or none: what is secret is not shown, and half a fix is none. */
function editsOf(fault: Fault, redactor: Redactor): Pick<Finding, 'edits'> {
  const changes = severityOf(fault) === 'unknown' ? [] : (fault.changes ?? []);
  const edits = changes.flatMap(({ doc, ...change }): FileEdit[] => {
    const mayBeShown =
      isShown({ doc, path: change.path }, redactor) &&
      (change.how !== 'put' || isAllShown({ doc, path: change.entry }, redactor));
    const edit = mayBeShown ? doc.editOf?.(change) : undefined;
    return edit ? [{ file: doc.file, ...edit }] : [];
  });
  return edits.length > 0 && edits.length === changes.length ? { edits } : {};
}

export const severityOf = ({ code, severity }: Fault): Severity => severity ?? findingCodes[code].severity;

function endOf(place: Place, redactor: Redactor): End {
  const { doc, path } = place;
  const shown = shownAt(place, redactor);
  const value =
    shown === undefined || typeof valueAt(doc.value, path) === 'string' ? shown : writtenAt(place);
  return {
    file: doc.file,
    line: doc.lineOf(path),
    field: path.join('.'),
    ...(value === undefined ? {} : { value }),
  };
}

/** A finding as a person reads it: where, what, the other place, the fix. */
export function findingText(finding: Finding): string {
  const { here, there, hint } = finding;
  return [
    `${here.file}:${here.line}: ${finding.severity}: ${finding.code}: ${finding.message}`,
    ...(here.value === undefined ? [] : [`  here:  ${here.field}: ${firstLine(here.value)}`]),
    ...(there
      ? [
          `  there: ${there.file}:${there.line}: ${there.field}${there.value === undefined ? '' : `: ${firstLine(there.value)}`}`,
        ]
      : []),
    ...(hint ? [`  hint:  ${hint}`] : []),
    `  fix:   ${finding.fix}`,
  ].join('\n');
}

/** A file or a number without end is shown by how it begins. */
function firstLine(text: string): string {
  const [line = ''] = text.split('\n', 1);
  const shown = line.slice(0, mostShown);
  return shown === text ? text : `${shown} …`;
}

const mostShown = 200;
