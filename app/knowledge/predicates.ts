/** The person who writes, as a subject. */
export const patient = 'patient';

/** Predicates a model is asked to use where they fit, with what they mean. */
export const predicates = {
  name: 'the full name',
  age: 'in years',
  date_of_birth: 'a date',
  address: 'street and house number of the home',
  lives_in: 'a town, a country or a kind of home',
  phone: 'a telephone number',
  height: 'with its unit',
  weight: 'with its unit',
  blood_group: 'such as "A+"',
  takes: 'a medicine, without its dose',
  dose: 'how much of the medicine in "object"',
  allergic_to: 'one substance',
  has_condition: 'one illness or complaint',
} as const;

/** Of these a person has one value at a time, so that a new one takes the place of the old one. The list is closed. */
const singleValued: ReadonlySet<string> = new Set<keyof typeof predicates>([
  'name',
  'age',
  'date_of_birth',
  'address',
  'height',
  'weight',
  'blood_group',
  'dose',
]);

/**
 * Whether a person has one value of it at a time. Only of the patient: a patient may have two daughters, and "daughter" is
 * the subject of what is said about either.
 */
export const isSingleValued = (subject: string, predicate: string): boolean =>
  subject === patient && singleValued.has(predicate);

const otherNames: Readonly<Record<string, keyof typeof predicates>> = {
  full_name: 'name',
  birthday: 'date_of_birth',
  birth_date: 'date_of_birth',
  home_address: 'address',
  lives_at: 'address',
  phone_number: 'phone',
  telephone: 'phone',
  blood_type: 'blood_group',
  medication: 'takes',
  medicine: 'takes',
  is_taking: 'takes',
  takes_medication: 'takes',
  takes_medicine: 'takes',
  uses_medication: 'takes',
  dosage: 'dose',
  takes_dose: 'dose',
  allergy: 'allergic_to',
  allergic: 'allergic_to',
  has_allergy: 'allergic_to',
  is_allergic_to: 'allergic_to',
  condition: 'has_condition',
  diagnosis: 'has_condition',
  has: 'has_condition',
};

/** One spelling of a predicate, whichever of its usual ones a model chose. */
export function predicateOf(written: string): string {
  const plain = folded(written)
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
  return Object.hasOwn(otherNames, plain) ? (otherNames[plain] ?? plain) : plain;
}

/** One spelling of a person. */
export function subjectOf(written: string): string {
  const plain = folded(written).replace(/^(?:the|my|patient's) /, '');
  return ['', 'i', 'me', 'myself', 'self', 'user', patient].includes(plain) ? patient : plain;
}

/** As texts are compared: without differences of case, spaces and typographic quotes. */
export const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[‘’‛`´]/g, "'")
    .replaceAll(/[“”„«»]/g, '"')
    .replaceAll(/\s+/gu, ' ')
    .trim();

/** The words and numbers of a value; "2.5" is one, and so is "5mg" two. */
export const wordsOf = (value: string): string[] =>
  folded(value)
    .replaceAll(/(?<=\p{N}),(?=\p{N})/gu, '.')
    .match(/\p{N}+(?:\.\p{N}+)*|[\p{L}\p{M}]+|\+|-(?!\p{L})/gu) ?? [];

export const isSameValue = (one: string, other: string): boolean =>
  wordsOf(one).join(' ') === wordsOf(other).join(' ');

/** Whether one says what the other says and more, or the same: "Ann Hill" and "Ann", "10 mg" and "10". */
export function isCompatible(one: string, other: string): boolean {
  const [fewer, more] = [wordsOf(one), wordsOf(other)].toSorted((a, b) => a.length - b.length);
  return fewer?.every((word) => more?.includes(word)) ?? true;
}
