import type { FindingCode } from './codes.ts';
import { shownAt, shownSentence } from './redact.ts';
import type { Place } from './source.ts';

/** One end of a disagreement: where it is written, and what is written there (never a secret's value). */
export interface End {
  readonly file: string;
  readonly line: number;
  /** The field, as `spec.ports.0.port`. */
  readonly field: string;
  readonly value?: string;
}

/** Something the manifests contradict themselves in. */
export interface Finding {
  readonly code: FindingCode;
  /** What is wrong, in one sentence with both values. */
  readonly message: string;
  readonly here: End;
  /** The other place it disagrees with, where there is one. */
  readonly there?: End;
  /** What to change. */
  readonly fix: string;
  /** What people usually mistake it for, such as a port that is usually another product's. */
  readonly hint?: string;
}

/** What a check says; places are turned into files and lines only for what is found. */
export interface Fault {
  readonly code: FindingCode;
  readonly message: string;
  readonly here: Place;
  readonly there?: Place;
  readonly fix: string;
  readonly hint?: string | undefined;
}

/** The finding of a fault, with its lines looked up. */
export function findingOf(fault: Fault): Finding {
  const { code, message, fix, hint } = fault;
  return {
    code,
    message: shownSentence(message),
    here: endOf(fault.here),
    ...(fault.there ? { there: endOf(fault.there) } : {}),
    fix: shownSentence(fix),
    ...(hint ? { hint } : {}),
  };
}

function endOf(place: Place): End {
  const { doc, path } = place;
  const value = shownAt(place);
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
    `${here.file}:${here.line}: ${finding.code}: ${finding.message}`,
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

const firstLine = (text: string): string => (text.includes('\n') ? `${text.split('\n')[0] ?? ''} …` : text);
