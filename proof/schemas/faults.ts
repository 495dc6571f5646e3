import type { ErrorObject } from 'ajv';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import { notShown } from '../../model/redact.ts';
import type { Fault } from '../findings.ts';
import { moving, only, quoting, renaming, setting, type Mended } from '../changes.ts';
import { valueAt, type Doc, type Path, type Place } from '../source.ts';
import { identityFaults } from './identity.ts';
import { homesOf, placeOf, shownPath, wordAt } from './type-tree.ts';
import { typeWords } from './type-words.ts';
import type { Validator } from './validator.ts';

/** Each document is judged once: a mutated set of manifests shares all but one with the original. */
const memory = new WeakMap<Validator, WeakMap<object, readonly Fault[]>>();

/** What Kubernetes itself would refuse of one object: its version and kind, and each field, by its own schema. */
export function schemaFaults(doc: Doc, validator: Validator): readonly Fault[] {
  const known = memory.get(validator) ?? new WeakMap<object, readonly Fault[]>();
  memory.set(validator, known);
  const faults = known.get(doc.value) ?? freshFaults(doc, validator);
  known.set(doc.value, faults);
  return faults;
}

function freshFaults(doc: Doc, validator: Validator): Fault[] {
  const { apiVersion, kind } = doc.value as Readonly<Record<string, unknown>>;
  const identity = identityFaults(doc, validator);
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return identity;
  const type = validator.types.typeOfKind(apiVersion, kind);
  if (type === undefined) return identity;
  const errors = validator.errorsOf(type, doc.value).filter((error) => isRefused(doc, error));
  return [...identity, ...errors.map((error) => faultOf({ doc, type, validator }, error))];
}

/** Kubernetes takes null in a list for the least value of its type. */
const isRefused = ({ value }: Doc, { instancePath }: ErrorObject): boolean =>
  valueAt(value, pathOf(value, instancePath)) !== null;

/** A JSON pointer as a path: a step into a list is a number. */
export function pathOf(value: unknown, pointer: string): Path {
  const path: (string | number)[] = [];
  for (const part of pointer.split('/').slice(1)) {
    const step = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(valueAt(value, path)) ? Number(step) : step);
  }
  return path;
}

interface Typed {
  readonly doc: Doc;
  readonly type: string;
  readonly validator: Validator;
}

function faultOf(typed: Typed, { keyword, instancePath, params }: ErrorObject): Fault {
  const path = pathOf(typed.doc.value, instancePath);
  const facts = params as { additionalProperty?: string; missingProperty?: string };
  if (facts.additionalProperty !== undefined) return unknownField(typed, path, facts.additionalProperty);
  if (facts.missingProperty !== undefined) return missingField(typed, path, facts.missingProperty);
  return wrongType(typed, path, keyword);
}

/** In a part with several fields of one type, the nearest name; for a field of another part, its place. */
function unknownField({ doc, type, validator: { types } }: Typed, at: Path, field: string): Fault {
  const word = wordAt(types, type, at) ?? '';
  const known = [...(types.type(word)?.fields.keys() ?? [])];
  const free = known.filter((name) => valueAt(doc.value, [...at, name]) === undefined);
  const near = nearest(field, free);
  const isOnly = onlyNearest(field, free) !== undefined;
  const place = placeOf(types, type, at, field);
  const home = place && shownPath(place.filter((step) => typeof step === 'string'));
  return {
    code: 'FIELD_UNKNOWN',
    message: `${shownPath([...at, field])} is no field of Kubernetes'${home ? `; ${field} is one of ${home}` : ''}. kubectl refuses it, and an API server that does not drops it.`,
    here: { doc, path: [...at, field] },
    fix: fixOf({ field, near, home }),
    ...(near !== undefined && home === undefined && isOnly
      ? renaming({ doc, path: [...at, field] }, near)
      : {}),
    ...(near === undefined && place !== undefined
      ? moved({ doc, path: [...at, field] }, place, homesOf(types, type, doc.value, [...at, field]))
      : {}),
  };
}

/** To the only part of the object that may have the field, if it is free there, and the one that the fault names. */
function moved(from: Place, named: Path, homes: readonly Path[]): Mended {
  const names = (path: Path): string => path.filter((step) => typeof step === 'string').join('.');
  return only(homes, (home) =>
    names(home) === names(named) && valueAt(from.doc.value, [...home, String(from.path.at(-1))]) === undefined
      ? moving(from, home)
      : {},
  );
}

function fixOf({
  field,
  near,
  home,
}: {
  field: string;
  near: string | undefined;
  home: string | undefined;
}): string {
  if (home !== undefined) return `Move ${field} to ${home}.`;
  return near === undefined ? 'Take it away.' : `Write ${near}.`;
}

function missingField({ doc, type, validator: { types } }: Typed, at: Path, field: string): Fault {
  const word = wordAt(types, type, [...at, field]) ?? 'any';
  return {
    code: 'INVALID_FIELD',
    message: `${shownPath([...at, field])} is nothing; expected ${expected(word, undefined)}.`,
    here: { doc, path: at },
    fix: `Write ${field}.`,
  };
}

function wrongType({ doc, type, validator: { types } }: Typed, path: Path, keyword: string): Fault {
  const found: unknown = valueAt(doc.value, path);
  const word = wordAt(types, type, path) ?? keyword;
  const isSecret = 'kind' in doc.value && doc.value.kind === 'Secret' && path[0] !== 'metadata';
  const wanted = expected(word, isSecret ? undefined : found);
  return {
    code: 'INVALID_FIELD',
    message: `${shownPath(path)} is ${isSecret ? notShown : JSON.stringify(found).slice(0, 80)}; expected ${wanted}.`,
    here: { doc, path },
    fix: `Write ${wanted}${isSecret ? ', in quotes' : ''}.`,
    ...asType({ doc, path }, word, found),
  };
}

/** A text without its quotes, or a number with quotes, where that is the type that is asked for. */
function asType(place: Place, word: string, found: unknown): Mended {
  if (word === 'string' && (typeof found === 'number' || typeof found === 'boolean')) return quoting(place);
  if (word.startsWith('integer') && typeof found === 'string' && /^\d{1,9}$/.test(found))
    return setting(place, Number(found));
  if (word === 'boolean' && (found === 'true' || found === 'false')) return setting(place, found === 'true');
  return {};
}

/** What a type's word asks for. */
function expected(word: string, found: unknown): string {
  if (word === 'string' && (typeof found === 'number' || typeof found === 'boolean'))
    return `a text; put it in quotes: "${String(found)}"`;
  if (word.startsWith('[')) return 'a list';
  return words[word] ?? 'a map of fields';
}

const words: Readonly<Record<string, string>> = {
  ...typeWords,
  quantity: 'a quantity like 512Mi or 250m',
  any: 'a value',
};
