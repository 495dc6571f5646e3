import { isFields, type Fields } from '../../../model/fields.ts';
import type { Mended } from '../../changes.ts';
import { valueAt, type Path, type Place } from '../../source.ts';

/** A map of fields of an object, as it is written. */
export type Part = Fields;

/** What the API server refuses of a part, though its fields are known and of the right types. */
export interface Refusal {
  /** Where, below the part. */
  readonly at: Path;
  /** What is wrong there, after the name of the place. */
  readonly what: string;
  readonly fix: string;
  /** The other place, below the part. */
  readonly there?: Path;
  /** Whether something is missing, which a field of a misspelt name may be meant to be. */
  readonly absent?: boolean;
  /** The fix, where only one is possible. */
  readonly mend?: (place: Place) => Mended;
}

/** A law of the API server about a part of one type. A field of a wrong type is none: its type is told already. */
export type Rule = (part: Part) => readonly Refusal[];

/** Rules by the type of the part. */
export type Rules = Readonly<Record<string, readonly Rule[]>>;

/** The map at a path; empty where there is none. */
export function partAt(part: Part, ...path: Path): Part {
  const found = valueAt(part, path);
  return isFields(found) ? found : {};
}

/** The items of a list of maps; empty where there is none. An item that is no map counts as an empty one. */
export const partsAt = (part: Part, ...path: Path): readonly Part[] =>
  listAt(part, ...path).map((item) => (isFields(item) ? item : {}));

export function listAt(part: Part, ...path: Path): readonly unknown[] {
  const found = valueAt(part, path);
  return Array.isArray(found) ? found : [];
}

/** The text at a path, where there is one and it is not empty. */
export function textAt(part: Part, ...path: Path): string | undefined {
  const found = valueAt(part, path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function numberAt(part: Part, ...path: Path): number | undefined {
  const found = valueAt(part, path);
  return typeof found === 'number' ? found : undefined;
}

export const isSet = (part: Part, ...path: Path): boolean => (valueAt(part, path) ?? undefined) !== undefined;

/** `a`, `a and b`, `a, b and c`. */
export const listedWith = (word: 'and' | 'or', all: readonly string[]): string =>
  all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${word} ${all.at(-1) ?? ''}`;

/** A value as it is quoted in a message. */
export const quoted = (value: unknown): string => JSON.stringify(value).slice(0, 80);

/** One refusal where a condition holds. */
export const refuseIf = (holds: unknown, refusal: () => Refusal): readonly Refusal[] =>
  holds ? [refusal()] : [];

/** Of some fields one must be there, and no other one. */
export const exactlyOne =
  (...fields: readonly string[]): Rule =>
  (part) => [
    ...refuseIf(!fields.some((field) => isSet(part, field)), () => ({
      at: [],
      absent: true,
      what: `has none of ${listedWith('and', fields)}; it must have one of them`,
      fix: `Write one of ${listedWith('and', fields)}.`,
    })),
    ...atMostOne(...fields)(part),
  ];

/** Of some fields two must not be there together. */
export const atMostOne =
  (...fields: readonly string[]): Rule =>
  (part) => {
    const found = fields.filter((field) => isSet(part, field));
    return refuseIf(found.length > 1, () => ({
      at: [],
      what: `has ${listedWith('and', found)}; it must have one of them only`,
      fix: `Keep one of ${listedWith('and', found)}.`,
    }));
  };

/** A field must be there, and a list must have an item. */
export const needed =
  (field: string, what: string): Rule =>
  (part) =>
    refuseIf(!isSet(part, field) || (Array.isArray(part[field]) && listAt(part, field).length === 0), () => ({
      at: [field],
      what: `is ${isSet(part, field) ? 'empty' : 'nothing'}; expected ${what}`,
      fix: `Write ${what}.`,
    }));

/** A list that is written must have an item; one that is not is filled in. */
export const filled =
  (field: string, what: string): Rule =>
  (part) =>
    isSet(part, field) ? needed(field, what)(part) : [];

/** A number must be within bounds. */
export const within =
  (least: number, most: number, ...fields: readonly string[]): Rule =>
  (part) =>
    fields.flatMap((field) => {
      const found = numberAt(part, field);
      const expected = most === Infinity ? `a number from ${least}` : `a number from ${least} to ${most}`;
      return refuseIf(found !== undefined && (found < least || found > most), () => ({
        at: [field],
        what: `is ${found ?? ''}; expected ${expected}`,
        fix: `Write ${expected}.`,
      }));
    });

/** A text must be one of a few, as Kubernetes' code says though its schema does not. */
export const oneOfTexts =
  (field: string, choices: readonly string[], mend?: (place: Place, found: string) => Mended): Rule =>
  (part) => {
    const found = textAt(part, field);
    return refuseIf(found !== undefined && !choices.includes(found), () => ({
      at: [field],
      what: `is ${quoted(found)}; expected ${listedWith('or', choices)}`,
      fix: `Write ${listedWith('or', choices)}.`,
      ...(mend ? { mend: (place: Place) => mend(place, found ?? '') } : {}),
    }));
  };

/** A text of a field must have a form. */
export const formed =
  (at: Path, form: RegExp, expected: string): Rule =>
  (part) => {
    const found = textAt(part, ...at);
    return refuseIf(found !== undefined && !form.test(found), () => ({
      at,
      what: `is ${quoted(found)}; expected ${expected}`,
      fix: `Write ${expected}.`,
    }));
  };

/** Those of some entries whose key an earlier one has. */
export function repeated<T>(
  entries: readonly T[],
  keyOf: (entry: T) => string | undefined,
): readonly { readonly entry: T; readonly first: T }[] {
  const seen = new Map<string, T>();
  return entries.flatMap((entry) => {
    const key = keyOf(entry);
    if (key === undefined) return [];
    const first = seen.get(key);
    if (first === undefined) seen.set(key, entry);
    return first === undefined ? [] : [{ entry, first }];
  });
}
