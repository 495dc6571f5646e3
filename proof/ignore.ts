import { findingCodes, type FindingCode } from './codes.ts';
import type { Fault } from './findings.ts';
import { apiGroup } from '../model/names.ts';
import { valueAt, type Doc, type Place } from './source.ts';

/** On an object: what is not to be reported of it, a line each: a code and the reason. */
export const ignoreAnnotation = `${apiGroup}/ignore`;

/** What is not to be reported. */
export interface Ignore {
  readonly code: FindingCode;
  /** `<Kind>/<name>`; absent: in every object. */
  readonly object?: string;
}

/**
 * `CODE` or `CODE@Kind/name`.
 * @throws RangeError where it is neither, or no finding has the code.
 */
export function ignoreOf(text: string): Ignore {
  const [, code = '', object] = /^([A-Z_]+)(?:@([A-Za-z]+\/[^/\s]+))?$/.exec(text) ?? [];
  if (!isCode(code))
    throw new RangeError(
      `"${text}" is not CODE or CODE@Kind/name with a code that "npx mooring explain" lists.`,
    );
  return { code, ...(object === undefined ? {} : { object }) };
}

const isCode = (text: string): text is FindingCode => Object.hasOwn(findingCodes, text);

export interface Sifted {
  readonly faults: readonly Fault[];
  /** How many were left out. */
  readonly ignored: number;
}

/** Leaves out what annotations of the objects say; one that says nothing useful is a finding itself. */
export function withoutAnnotated(docs: readonly Doc[], faults: readonly Fault[]): Sifted {
  const lines = docs.flatMap(linesOf);
  const ignores = lines.filter(({ code, reason }) => isCode(code) && reason !== '');
  const hits = (fault: Fault) =>
    ignores.filter(({ code, place }) => code === fault.code && place.doc === fault.here.doc);
  const hit = new Set(faults.flatMap(hits));
  const kept = faults.filter((fault) => hits(fault).length === 0);
  const useless = lines.filter((line) => !hit.has(line)).map(uselessLine);
  return { faults: [...kept, ...useless], ignored: faults.length - kept.length };
}

/** Leaves out what the command line names. */
export function withoutNamed(faults: readonly Fault[], ignores: readonly Ignore[]): Sifted {
  const kept = faults.filter(
    ({ code, here }) =>
      !ignores.some((one) => one.code === code && (one.object ?? nameOf(here.doc)) === nameOf(here.doc)),
  );
  return { faults: kept, ignored: faults.length - kept.length };
}

function nameOf({ value }: Doc): string {
  return `${String(valueAt(value, ['kind']))}/${String(valueAt(value, ['metadata', 'name']))}`;
}

interface Line {
  readonly code: string;
  readonly reason: string;
  readonly place: Place;
}

function linesOf(doc: Doc): Line[] {
  const path = ['metadata', 'annotations', ignoreAnnotation];
  const text = valueAt(doc.value, path);
  if (typeof text !== 'string') return [];
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [code = '', ...reason] = line.split(/\s+/);
      return { code, reason: reason.join(' '), place: { doc, path } };
    });
}

function uselessLine({ code, reason, place }: Line): Fault {
  const why = !isCode(code)
    ? 'which is no code of a finding'
    : reason === ''
      ? 'without a reason, so it is reported all the same'
      : 'which is not found in this object (any more)';
  return {
    code: 'IGNORE',
    message: `The annotation ${ignoreAnnotation} of ${nameOf(place.doc).replace('/', ' ')} names ${code}, ${why}.`,
    here: place,
    fix:
      isCode(code) && reason === ''
        ? `Write why: "${code} <reason>".`
        : 'Remove the line, or name a code that "npx mooring explain" lists.',
  };
}
