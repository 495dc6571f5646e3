import type { ErrorObject } from 'ajv';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import { notShown } from '../../model/redact.ts';
import type { Fault } from '../findings.ts';
import { moving, only, quoting, renaming, setting, type Mended } from '../changes.ts';
import { valueAt, writtenAt, type Doc, type Path, type Place } from '../source.ts';
import { identityFaults } from './identity.ts';
import { homesOf, isFormOf, placeOf, shownPath, wordAt } from './type-tree.ts';
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
  const errors = validator
    .errorsOf(type, doc.value)
    .filter((error) => isRefused(doc, error) && !isOfSops(error));
  return [...identity, ...errors.map((error) => faultOf({ doc, type, validator }, error))];
}

/** Kubernetes takes null in a list for the least value of its type. */
const isRefused = ({ value }: Doc, { instancePath }: ErrorObject): boolean =>
  valueAt(value, pathOf(value, instancePath)) !== null;

/** What SOPS adds to an object that it encrypts, and takes away before it is applied. */
const isOfSops = ({ instancePath, params }: ErrorObject): boolean =>
  instancePath === '' && (params as { additionalProperty?: string }).additionalProperty === 'sops';

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

/** What an unknown field was probably meant to be. */
interface Meant {
  /** The nearest name of a field of the part. */
  readonly near?: string;
  /** Whether no other one is as near, and it may hold what is written. */
  readonly isOnly?: boolean;
  /** The part that has a field of the name. */
  readonly place?: Path;
}

/** The nearest name wins where that field may hold what is written, or the place of the name is far. */
function meantBy(typed: Typed, at: Path, field: string): Meant {
  const place = placeOf(typed.validator.types, typed.type, at, field);
  const { near, isFit, isOnly } = nearestField(typed, at, field);
  const isFar = place !== undefined && place.length > at.length + 1;
  if (near !== undefined && (place === undefined || isFit || isFar)) return { near, isOnly };
  return place ? { place } : {};
}

/** The nearest name of a field of a part that is not there yet, and whether it may hold what is written. */
function nearestField({ doc, type, validator: { types } }: Typed, at: Path, field: string) {
  const fields = types.type(wordAt(types, type, at) ?? '')?.fields ?? new Map<string, string>();
  const free = [...fields.keys()].filter((name) => valueAt(doc.value, [...at, name]) === undefined);
  const near = nearest(field, free);
  const word = fields.get(near ?? '');
  const isFit = word !== undefined && isFormOf(types, word, valueAt(doc.value, [...at, field]));
  return { near, isFit, isOnly: isFit && near === onlyNearest(field, free) };
}

function unknownField(typed: Typed, at: Path, field: string): Fault {
  const { doc, type, validator } = typed;
  const here = { doc, path: [...at, field] };
  const { near, isOnly, place } = meantBy(typed, at, field);
  const home = place && shownPath(place.filter((step) => typeof step === 'string'));
  return {
    code: 'FIELD_UNKNOWN',
    message: `${shownPath(here.path)} is no field of Kubernetes'${home ? `; ${field} is one of ${home}` : ''}. kubectl refuses it, and an API server that does not drops it.`,
    here,
    fix: fixOf({ field, near, home }),
    ...(near !== undefined && isOnly ? renaming(here, near) : {}),
    ...(place ? moved(here, place, homesOf(validator.types, type, doc.value, here.path)) : {}),
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
    message: `${shownPath([...at, field])} is missing; expected ${expected(word)}.`,
    here: { doc, path: at },
    fix: `Write ${field}.`,
  };
}

function wrongType({ doc, type, validator: { types } }: Typed, path: Path, keyword: string): Fault {
  const found: unknown = valueAt(doc.value, path);
  const word = wordAt(types, type, path) ?? keyword;
  const isSecret = 'kind' in doc.value && doc.value.kind === 'Secret' && path[0] !== 'metadata';
  const here = { doc, path };
  const wanted = expected(word, isSecret ? undefined : here);
  return {
    code: 'INVALID_FIELD',
    message: `${shownPath(path)} is ${isSecret ? notShown : writtenAt(here).slice(0, 80)}; expected ${wanted}.`,
    here,
    fix: `Write ${wanted}${isSecret ? ', in quotes' : ''}.`,
    ...asType(here, word, found),
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
function expected(word: string, place?: Place): string {
  if (
    word === 'string' &&
    place &&
    ['number', 'boolean'].includes(typeof valueAt(place.doc.value, place.path))
  )
    return `a text; put it in quotes: "${writtenAt(place)}"`;
  if (word.startsWith('[')) return 'a list';
  return words[word] ?? 'a map of fields';
}

const words: Readonly<Record<string, string>> = {
  ...typeWords,
  quantity: 'a quantity like 512Mi or 250m',
  any: 'a value',
};
