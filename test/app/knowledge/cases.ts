import type { Stated, Statement } from '../../../app/knowledge/statement.ts';

/**
 * What patients say of medicines and allergies, as a model should read it, and what must not hold any more afterwards. The
 * cases test the rule that decides what ends, given what was extracted; they say nothing about how well a model extracts.
 */
export interface Case {
  readonly title: string;
  /** The facts of each message, in the order of the messages. */
  readonly told: readonly (readonly Partial<Stated>[])[];
  /** Values that hold no more, all others hold. */
  readonly ended: readonly string[];
}

const medicines = [
  ['ramipril', '5 mg', '10 mg'],
  ['metformin', '500 mg', '1000 mg'],
  ['sertraline', '50 mg', '100 mg'],
  ['levothyroxine', '75 micrograms', '50 micrograms'],
  ['atorvastatin', '80 mg', '40 mg'],
  ['warfarin', '3 mg', '4 mg'],
  ['bisoprolol', '2.5 mg', '5 mg'],
  ['omeprazole', '20 mg', '40 mg'],
  ['insulin glargine', '18 units', '22 units'],
  ['Prednisolon', '30 mg', '2,5 mg'],
  ['метформин', '500 мг', '850 мг'],
  ['二甲双胍', '500 毫克', '850 毫克'],
] as const;

const substances = [
  'penicillin',
  'amoxicillin',
  'ibuprofen',
  'peanuts',
  'latex',
  'bee venom',
  'Nüsse',
  'gluten',
  'codeine',
  'nickel',
  'shellfish',
  'аспирин',
] as const;

const takes = (value: string, more: Partial<Stated> = {}): Partial<Stated> => ({
  ...{ predicate: 'takes', value },
  ...more,
});
const dose = (object: string, value: string, more: Partial<Stated> = {}): Partial<Stated> => ({
  ...{ predicate: 'dose', object, value },
  ...more,
});
const allergic = (value: string, more: Partial<Stated> = {}): Partial<Stated> => ({
  ...{ predicate: 'allergic_to', value },
  ...more,
});
const ends = { ends: true } as const;
const mother = { subject: 'mother' } as const;

/** The one after it in its list. */
const next = <T>(list: readonly T[], at: number): T => {
  const found = list[(at + 1) % list.length];
  if (found === undefined) throw new Error('the list is empty');
  return found;
};

const ofMedicines = medicines.flatMap(([medicine, low, high], at): Case[] => {
  const [other, otherDose] = next(medicines, at);
  return [
    { title: `another medicine than ${medicine}`, told: [[takes(medicine)], [takes(other)]], ended: [] },
    {
      title: `another medicine than ${medicine}, each with its dose`,
      told: [
        [takes(medicine), dose(medicine, low)],
        [takes(other), dose(other, otherDose)],
      ],
      ended: [],
    },
    {
      title: `${medicine} again, in other letters`,
      told: [[takes(medicine)], [takes(medicine.toUpperCase())]],
      ended: [],
    },
    {
      title: `a new dose of ${medicine}`,
      told: [[takes(medicine), dose(medicine, low)], [dose(medicine, high)]],
      ended: [low],
    },
    {
      title: `the dose of ${medicine} again, in more words`,
      told: [[dose(medicine, low)], [dose(medicine, `${low} before breakfast`)]],
      ended: [],
    },
    {
      title: `two doses a day of ${medicine}, told one after the other`,
      told: [[dose(medicine, low, { occasion: 'morning' })], [dose(medicine, high, { occasion: 'evening' })]],
      ended: [],
    },
    {
      title: `two doses a day of ${medicine}, in one message`,
      told: [[dose(medicine, low), dose(medicine, high)]],
      ended: [],
    },
    {
      title: `a dose of ${medicine} of a time before the one that was told`,
      told: [
        [dose(medicine, high, { validAt: '2026-05-01' })],
        [dose(medicine, low, { validAt: '2019-01-01' })],
      ],
      ended: [],
    },
    {
      title: `an earlier dose of ${medicine} that is said to be over`,
      told: [
        [dose(medicine, low, { occasion: 'morning' })],
        [dose(medicine, high), dose(medicine, '', ends)],
      ],
      ended: [low],
    },
    {
      title: `${medicine} stopped, the other medicine not`,
      told: [
        [takes(medicine), dose(medicine, low), takes(other), dose(other, otherDose)],
        [takes(medicine, ends)],
      ],
      ended: [medicine, low],
    },
    {
      title: `${medicine} stopped years before it was begun again`,
      told: [
        [takes(medicine, { validAt: '2024-01-01' })],
        [takes(medicine, { ...ends, validAt: '2011-06-01' })],
      ],
      ended: [],
    },
    {
      title: `${medicine} stopped by the mother`,
      told: [[takes(medicine), dose(medicine, low)], [takes(medicine, { ...ends, ...mother })]],
      ended: [],
    },
    {
      title: `the mother's dose of ${medicine}`,
      told: [[takes(medicine), dose(medicine, low)], [dose(medicine, high, mother)]],
      ended: [],
    },
    {
      title: `two doses of ${medicine} of others who are called the same`,
      told: [[dose(medicine, low, { subject: 'sister' })], [dose(medicine, high, { subject: 'sister' })]],
      ended: [],
    },
    {
      title: `a dose without its medicine after ${medicine}`,
      told: [[dose(medicine, low)], [dose('', high)], [dose('', '', ends)]],
      ended: [],
    },
    {
      title: `messages without a fact after ${medicine}: denied, supposed, asked`,
      told: [[takes(medicine), dose(medicine, low)], [], [], []],
      ended: [],
    },
  ];
});

const ofAllergies = substances.flatMap((substance, at): Case[] => {
  const other = next(substances, at);
  return [
    { title: `an allergy besides ${substance}`, told: [[allergic(substance)], [allergic(other)]], ended: [] },
    { title: `${substance} again`, told: [[allergic(substance)], [allergic(`${substance}.`)]], ended: [] },
    {
      title: `an allergy to ${substance} that is over, the other is not`,
      told: [[allergic(substance), allergic(other)], [allergic(substance, ends)]],
      ended: [substance],
    },
    {
      title: `the end of an allergy that was never told, with ${substance}`,
      told: [[allergic(substance)], [allergic(other, ends)]],
      ended: [],
    },
    {
      title: `the end of no certain allergy, with ${substance}`,
      told: [[allergic(substance)], [allergic('', ends)]],
      ended: [],
    },
    {
      title: `the end of the mother's allergy to ${other}`,
      told: [[allergic(substance), allergic(other)], [allergic(other, { ...ends, ...mother })]],
      ended: [],
    },
    {
      title: `${substance} is taken no more, which ends no allergy to it`,
      told: [[allergic(substance)], [takes(substance, ends)]],
      ended: [],
    },
  ];
});

export const cases: readonly Case[] = [...ofMedicines, ...ofAllergies];

/** The statements of messages that were sent a day apart. */
export const statementsOf = (told: Case['told']): Statement[] =>
  told.flatMap((facts, at) => facts.map((fact, part) => statement({ ...fact }, at + 1, part)));

export const statement = (fact: Partial<Stated>, place: number, part = 0): Statement => ({
  ...{ subject: 'patient', predicate: 'takes', object: '', occasion: '', value: '', ends: false, quote: '' },
  ...fact,
  ...{ id: `s${place}.${part}`, patientId: 'patient:1', sourceId: `m${place}`, place },
  recordedAt: new Date(Date.UTC(2026, 9, place, 12)).toISOString(),
});
