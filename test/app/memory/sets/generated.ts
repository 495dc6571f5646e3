import { plain, type RecallSet, type Told } from './recall-set.ts';

/** Fifty facts of many shapes, made from a seed; the questions use other words than the facts. */
export function generatedSet(seed: number): RecallSet {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const several = <T>(list: readonly T[], count: number): T[] => shuffled(list, random).slice(0, count);
  const names = shuffled(people, random);
  const name = (): string => names.pop() ?? 'Nemo';
  const asked = (say: string, ...asks: string[]): Told => plain(say, pick(asks));

  const relatives = several(kin, 6).map((who) => {
    const called = name();
    return asked(
      pick([`My ${who}'s name is ${called}.`, `My ${who} is called ${called}.`, `${called} is my ${who}.`]),
      `What is my ${who} called?`,
      `Do you remember the name of my ${who}?`,
      `Who is my ${who}?`,
    );
  });
  const pets = several(animals, 4).map((animal) =>
    asked(
      `My ${animal} is called ${name()}.`,
      `What's the name of my ${animal}?`,
      `How did I name my ${animal}?`,
    ),
  );
  const medicines = several(drugs, 5).map((drug) =>
    asked(
      `I take ${pick([5, 10, 20, 40, 250])} mg of ${drug} ${pick(['every morning', 'before bed', 'twice a day', 'with lunch'])}.`,
      `How much ${drug} do I take?`,
      `What is my dose of ${drug}?`,
      `When do I have my ${drug}?`,
    ),
  );
  const appointments = several(specialists, 4).map((doctor) =>
    asked(
      `My appointment with the ${doctor} is on ${pick(days)} ${pick(['3', '9', '14', '27'])} ${pick(months)} at ${pick(['9:30', '14:15', '11'])}.`,
      `When do I see the ${doctor}?`,
      `What day is my ${doctor} visit?`,
    ),
  );
  const homes = several(kin, 3).map((who) =>
    asked(
      `My ${who} lives in ${pick(cities)}.`,
      `Which city is my ${who}'s home?`,
      `Where does my ${who} live?`,
    ),
  );
  const jobs = several(kin, 3).map((who) =>
    asked(
      `My ${who} works as a ${pick(trades)}.`,
      `What does my ${who} do for a living?`,
      `What is my ${who}'s job?`,
    ),
  );
  const dates = several(kin, 4).map((who) =>
    asked(
      `My ${who}'s birthday is on ${pick(['2', '8', '19', '30'])} ${pick(months)}.`,
      `When was my ${who} born?`,
      `On what date is the birthday of my ${who}?`,
    ),
  );
  const owned = several(things, 5).map((thing) =>
    asked(
      `My ${thing} is ${pick(colours)}.`,
      `What colour is my ${thing}?`,
      `Which color does my ${thing} have?`,
    ),
  );
  const numbers = several(codes, 4).map((code) =>
    asked(
      `The ${code} is ${Math.floor(1000 + random() * 9000)}.`,
      `Tell me the ${code}, please.`,
      `Can you remind me what the ${code} was?`,
    ),
  );
  const places = several(things, 3).map((thing) =>
    asked(
      `I keep my ${thing} in the ${pick(['garage', 'attic', 'hall cupboard', 'blue drawer'])}.`,
      `Where is my ${thing}?`,
      `Where did I put the ${thing}?`,
    ),
  );
  const told = shuffled(
    [
      relatives,
      pets,
      medicines,
      appointments,
      homes,
      jobs,
      dates,
      owned,
      numbers,
      places,
      singles.map(([say, ...asks]) => asked(say, ...asks)),
    ].flat(),
    random,
  );
  return { told: told.slice(0, 50), never: several(neverTold, 10) };
}

const kin = ['sister', 'brother', 'mother', 'father', 'aunt', 'daughter', 'grandfather', 'niece'];
const people = [
  'Anna',
  'Paul',
  'Ines',
  'Tariq',
  'Wanda',
  'Oleg',
  'Mirela',
  'Jonas',
  'Priya',
  'Hugo',
  'Salma',
];
const animals = ['cat', 'dog', 'parrot', 'rabbit', 'tortoise', 'horse'];
const drugs = [
  'lisinopril',
  'metformin',
  'atorvastatin',
  'amlodipine',
  'levothyroxine',
  'omeprazole',
  'sertraline',
];
const specialists = ['cardiologist', 'dentist', 'physiotherapist', 'eye doctor', 'dermatologist'];
const cities = ['Leeds', 'Porto', 'Tallinn', 'Ghent', 'Cork', 'Lviv'];
const trades = ['carpenter', 'nurse', 'pilot', 'baker', 'tailor', 'bus driver'];
const days = ['Monday', 'Tuesday', 'Thursday', 'Friday'];
const months = ['January', 'March', 'May', 'June', 'October', 'December'];
const things = ['car', 'umbrella', 'suitcase', 'front door', 'scarf', 'kettle', 'wheelchair', 'toolbox'];
const colours = ['red', 'dark green', 'yellow', 'navy blue', 'white', 'purple'];
const codes = ['alarm code', 'gate number', 'locker combination', 'wifi password', 'library card number'];

const singles: readonly (readonly [string, ...string[]])[] = [
  ['My favourite tea is peppermint.', 'Which tea do I like best?', 'What tea do I prefer?'],
  [
    'I am allergic to penicillin.',
    'Which antibiotic gives me an allergy?',
    'What medicine am I allergic to?',
  ],
  ['Peanuts make my throat swell.', 'What happens when I eat peanuts?', 'Which food makes my throat swell?'],
  [
    'I play the cello in an amateur orchestra.',
    'Which instrument do I play?',
    'What do I do in the orchestra?',
  ],
  [
    'I had my appendix removed in 1998.',
    'When was my appendix taken out?',
    'In which year did I lose my appendix?',
  ],
  ['I used to work as a lighthouse keeper.', 'What was my job in the past?', 'What did I work as?'],
  ['I broke my left wrist while skating in 2011.', 'How did I break my wrist?', 'Which wrist did I break?'],
  ['My blood type is A negative.', 'Which blood group do I have?', "What's my blood type?"],
  [
    'I cannot sleep without an open window.',
    'What do I need to fall asleep?',
    'What must be open when I sleep?',
  ],
];

const neverTold = [
  'What is my cousin called?',
  'What colour is my bicycle?',
  'How much ibuprofen do I take?',
  'When do I see the neurologist?',
  "What is my hamster's name?",
  'Where does my uncle live?',
  'Which football team do I support?',
  'What is my shoe size?',
  'When did I get married?',
  'What is the PIN of my bank card?',
  'Who is my lawyer?',
  'Which languages do I speak?',
];

/** A number from 0 to 1, the same row for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
