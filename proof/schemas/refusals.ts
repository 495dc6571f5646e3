import { onlyNearest } from '../../model/nearest.ts';
import { setting } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { valueAt, type Doc, type Path } from '../source.ts';
import type { KubernetesTypes, ObjectType, TypeWord } from './kubernetes-types.ts';
import { objectName } from './refusals/metadata.ts';
import { listAt, oneOfTexts, partAt, type Part, type Refusal, type Rule } from './refusals/refusal.ts';
import { rules } from './refusals/rules.ts';
import { contained, shownPath, wordAt } from './type-tree.ts';

/** Each document is judged once: a mutated set of manifests shares all but one with the original. */
const memory = new WeakMap<KubernetesTypes, WeakMap<object, readonly Fault[]>>();

/** What the API server refuses of an object beside what its schema says: fields that contradict each other, and forms of values. */
export function refusals(doc: Doc, types: KubernetesTypes): readonly Fault[] {
  const known = memory.get(types) ?? new WeakMap<object, readonly Fault[]>();
  memory.set(types, known);
  const faults = known.get(doc.value) ?? freshRefusals(doc, types);
  known.set(doc.value, faults);
  return faults;
}

function freshRefusals(doc: Doc, types: KubernetesTypes): Fault[] {
  const { apiVersion, kind } = doc.value as Part;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  const type = types.typeOfKind(apiVersion, kind);
  if (type === undefined) return [];
  return [
    ...objectName(doc.value as Part).map((refusal) => faultOf(doc, refusal, [])),
    ...refusedIn({ doc, types }, doc.value, type, []),
  ];
}

interface Judged {
  readonly doc: Doc;
  readonly types: KubernetesTypes;
}

/** What is refused of a value of a type, and of what is in it. */
function refusedIn(judged: Judged, value: unknown, word: TypeWord, at: Path): Fault[] {
  if (typeof value !== 'object' || value === null) return [];
  const { inner } = contained(word);
  if (inner !== undefined) {
    if (!isWithTypes(inner)) return [];
    return Object.entries(value).flatMap(([key, item]) =>
      refusedIn(judged, item, inner, [...at, Array.isArray(value) ? Number(key) : key]),
    );
  }
  const type = judged.types.type(word);
  // What a status says is of no object that is applied.
  if (!type || Array.isArray(value) || at[0] === 'status') return [];
  const part = value as Part;
  const all = rulesOf(type, word).flatMap((rule) => rule(part));
  return [
    ...all
      .filter((refusal) => !isSlip(judged.types, word, part, refusal))
      .map((refusal) => faultOf(judged.doc, refusal, at)),
    ...Object.entries(part).flatMap(([key, item]) => {
      const field = type.fields.get(key);
      return field === undefined ? [] : refusedIn(judged, item, field, [...at, key]);
    }),
  ];
}

/** Whether what is missing may be there under a name that is no field: that is told already. */
function isSlip(types: KubernetesTypes, word: TypeWord, part: Part, { at, absent }: Refusal): boolean {
  if (absent !== true && valueAt(part, at) !== undefined) return false;
  const around = at.length > 0 && valueAt(part, at) === undefined ? at.slice(0, -1) : at;
  const fields = types.type(wordAt(types, word, around) ?? '')?.fields;
  return fields !== undefined && Object.keys(partAt(part, ...around)).some((key) => !fields.has(key));
}

/** A list or map of texts or numbers has no type inside. */
const isWithTypes = (word: TypeWord): boolean => /[.[{]/.test(word);

const ruleMemory = new WeakMap<ObjectType, readonly Rule[]>();

/** All that a type is held against. */
function rulesOf(type: ObjectType, word: TypeWord): readonly Rule[] {
  const found = ruleMemory.get(type) ?? [...choiceRules(type), ...(rules[word] ?? [])];
  ruleMemory.set(type, found);
  return found;
}

/** A field with few values has one of them; so has each item of a list with few. */
const choiceRules = (type: ObjectType): readonly Rule[] =>
  [...type.choices].map(([field, choices]): Rule => {
    const one = oneOfTexts(field, choices, (place, text) => {
      const right = onlyNearest(text, choices);
      return right === undefined ? {} : setting(place, right);
    });
    return (part) => [
      ...one(part),
      ...listAt(part, field).flatMap((item, index) =>
        one({ [field]: item }).map((refusal) => ({ ...refusal, at: [field, index] })),
      ),
    ];
  });

function faultOf(doc: Doc, { at, what, fix, there, mend }: Refusal, around: Path): Fault {
  const here = { doc, path: [...around, ...at] };
  return {
    code: 'INVALID_FIELD',
    message: `${shownPath(here.path)} ${what}.`,
    here,
    ...(there ? { there: { doc, path: [...around, ...there] } } : {}),
    fix,
    ...(mend ? mend(here) : {}),
  };
}
