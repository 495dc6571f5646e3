import { kindsOf, rootOf } from '../words/lexicon.ts';
import { words } from '../words/terms.ts';

/** The type of answer a question asks for, judged by the words of question and fact. */
export type AnswerType = 'name' | 'person' | 'time' | 'place' | 'quantity' | 'frequency' | 'age' | 'any';

const asked: readonly (readonly [AnswerType, RegExp])[] = [
  ['age', /\bhow old\b|\b(?:what|which|at what) age\b|\bmy age\b|'s age\b/i],
  ['frequency', /\bhow (?:often|frequently|regularly)\b|\bhow many times\b/i],
  [
    'time',
    /\b(?:how long ago|what time|since when|until when|by when)\b|\b(?:what|which)(?: \w+)? (?:day|date|year|month|weekday|season|hour)\b|\bdate of\b/i,
  ],
  [
    'quantity',
    /\bhow (?:much|many|tall|heavy|big|far|high|strong|large|long|wide|deep)\b|\b(?:dose|dosage|height|weight)\b/i,
  ],
  ['place', /\b(?:what|which) (?:place|address|city|town|country|floor|street|room)\b|\baddress\b/i],
  [
    'name',
    /\b(?:what|which) (?:brand|make|model|company)\b|\bnames?\b|\b(?:called|named)\b|\bwho(?:'s| is| was| are| were) (?:my|our|the)\b/i,
  ],
];
const byFirstWord: Readonly<Record<string, AnswerType>> = {
  when: 'time',
  where: 'place',
  whereabouts: 'place',
  who: 'person',
  whom: 'person',
  whose: 'person',
};

/** The type of answer a question asks for, by its first question word. */
export function answerTypeOf(question: string): AnswerType {
  const plain = question.replace(/’/g, "'");
  const known = asked.find(([, pattern]) => pattern.test(plain));
  if (known !== undefined) return known[0];
  const first = /\b(?:what|which|how|why|when|where|whereabouts|who|whom|whose)\b/i.exec(plain)?.[0] ?? '';
  return byFirstWord[first.toLowerCase()] ?? 'any';
}

const number =
  /\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half|once|twice|few|couple|dozen|several|no|both|single|minus|plus)\b/i;
const month = String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`;
const day = String.raw`(?:mon|tues|wednes|thurs|fri|satur|sun)days?`;
const time = new RegExp(
  String.raw`\b(?:${month}|${day}|\d{4}|\d{1,2}[:.]\d{2}|\d{1,2}(?:st|nd|rd|th)|\d{1,2} ?[ap]\.?m|today|tomorrow|yesterday|tonight|morning|noon|midday|afternoon|evening|night|midnight|bed|bedtime|breakfast|lunch|dinner|supper|meals?|daily|weekly|monthly|yearly|week|weekend|weekdays?|month|year|years?|days?|hours?|minutes?|summer|winter|spring|autumn|fall|ago|since|until|before|after|when|whenever|while|during|months|weeks|weekends?|next|last|christmas|easter|birthday|o'clock|soon|always|never|early|late|child|young|age|was \w+teen|in (?:my|his|her|their) \w+|at \d+|at (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))\b`,
  'i',
);
const place =
  /\b(?:in|at|on|under|near|above|below|behind|beside|inside|outside|between|from|to|off|around|into|opposite|next to|downstairs|upstairs|abroad|here|there|address|lives?|street|road)\b/i;
const frequency =
  /\b(?:every|each|daily|weekly|monthly|yearly|once|twice|times|always|never|often|sometimes|rarely|regularly|hourly|(?:per|an?) (?:day|week|month|year|hour|night)|mornings|evenings|nights|\w+days)\b/i;
const age =
  /\b(?:years? old|aged?|birthday|born|turn(?:s|ed|ing)?|when (?:i|he|she|we|they) (?:was|were)|at (?:the age of )?\d+|at \w+teen|(?:am|is|are|was|were|'m|'s|'re) (?:almost |nearly |about |now |just )?(?:\d{1,3}|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?\b(?! ?(?:mg|kg|g|cm|m|km|kilo|euro|%|percent|\w+s\b)))/i;
const properName =
  /(?<=[\p{Ll}\p{N},’'"“-]\s["“]?)\p{Lu}[\p{L}]+|^\p{Lu}\p{L}+(?:\s\p{Lu}\p{L}+)*(?:,? (?:is|was|are) (?:my|our|the|his|her)\b)|\b(?:called|named|name is|name's)\b/u;
const notNames = new RegExp(String.raw`\b(?:${month}|${day}|I|I'm|I've)\b`, 'gi');

const isNaming = (fact: string): boolean => properName.test(fact.replace(notNames, 'x'));

/** Kinds whose members are persons. */
const personKinds = [
  'relative',
  'sibling',
  'spouse',
  'parent',
  'child',
  'grandparent',
  'grandchild',
  'doctor',
  'job',
];
const otherPersons =
  /\b(?:friend|neighbou?r|boss|colleague|partner|boyfriend|girlfriend|cousin|landlord|landlady|flatmate|roommate)s?\b/i;

/** Whether a word names a person. */
export const isPerson = (word: string): boolean =>
  otherPersons.test(word) || personKinds.some((kind) => kindsOf(rootOf(word.toLowerCase())).has(kind));

const namesPerson = (fact: string): boolean => words(fact).some(isPerson);

const evidence: Readonly<Record<Exclude<AnswerType, 'any'>, (fact: string) => boolean>> = {
  age: (fact) => age.test(fact),
  frequency: (fact) => frequency.test(fact),
  time: (fact) => time.test(fact),
  quantity: (fact) => number.test(fact),
  place: (fact) => place.test(fact),
  person: (fact) => isNaming(fact) || namesPerson(fact),
  name: isNaming,
};

/** Whether a fact contains something of the type. */
export const holds = (type: AnswerType, fact: string): boolean => type === 'any' || evidence[type](fact);

const explicit: Partial<Record<AnswerType, RegExp>> = {
  name: /\b(?:called|named|names? (?:is|are|was)|name's)\b|^\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)* (?:is|was) (?:my|our)\b|^(?:My|Our) [\p{Ll} ]+ (?:is|was) \p{Lu}/u,
};

/** Whether a fact states the type explicitly: "is called", not just a name anywhere. */
export const isExplicit = (type: AnswerType, fact: string): boolean => explicit[type]?.test(fact) ?? false;

const date = new RegExp(String.raw`\d|\b(?:${month}|${day}|ago|last|next|every|christmas|easter)\b`, 'i');

/** Whether a fact certainly contains the type: "when I climb" is a time, but not a date. */
export const holdsSurely = (type: AnswerType, fact: string): boolean =>
  type === 'time' ? date.test(fact) : holds(type, fact);
