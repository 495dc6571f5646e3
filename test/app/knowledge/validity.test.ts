import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Stated, Statement } from '../../../app/knowledge/statement.ts';
import { current, validity, type Valid } from '../../../app/knowledge/validity.ts';
import { cases, statement, statementsOf } from './cases.ts';

const ended = (statements: readonly Statement[]): Valid[] =>
  validity(statements).filter(({ invalidAt }) => invalidAt !== undefined);
const values = (statements: readonly Stated[]): string[] => statements.map(({ value }) => value);

describe('of medicines and allergies', () => {
  test('there are 200 cases or more, each another', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });

  test('nothing ends but what the patient said has ended', () => {
    const wrong = cases.filter(({ told, ended: expected }) => {
      const found = [...new Set(values(ended(statementsOf(told))))].sort();
      return found.join('|') !== [...expected].sort().join('|');
    });
    expect(wrong.map(({ title }) => title)).toEqual([]);
  });
});

describe('of what a person has one of', () => {
  test.each([
    ['name', 'Ann Hill', 'Ann Marsh'],
    ['age', '64', '65'],
    ['address', '14 Orchard Row', '3 Harbour View'],
    ['date_of_birth', '1961-02-03', '1962-02-03'],
    ['weight', '80 kg', '75 kg'],
    ['height', '1,70 m', '1.71 m'],
    ['blood_group', 'A+', 'A-'],
  ])('a new %s takes the place of the old one, and says of which message it is', (predicate, old, value) => {
    const told = [statement({ predicate, value: old }, 1), statement({ predicate, value }, 2)];
    expect(validity(told)).toEqual([
      { ...told[0], invalidAt: told[1]?.recordedAt, invalidatedBy: 'm2' },
      told[1],
    ]);
  });

  test.each([
    ['name', 'Ann', 'Ann Hill'],
    ['address', '3 Harbour View, Rugby', '3 Harbour View'],
    ['height', '1,70 m', '1.70 m'],
  ])('a %s that says more or less of the same ends nothing', (predicate, old, value) => {
    expect(ended([statement({ predicate, value: old }, 1), statement({ predicate, value }, 2)])).toEqual([]);
  });

  test('of other people no name takes the place of another', () => {
    const names = ['Berta', 'Clara'].map((value, at) =>
      statement({ subject: 'daughter', predicate: 'name', value }, at + 1),
    );
    expect(ended(names)).toEqual([]);
  });

  test('it ends on the day that the patient said', () => {
    const told = [
      statement({ predicate: 'weight', value: '80 kg' }, 1),
      statement({ predicate: 'weight', value: '75 kg', validAt: '2026-12-24' }, 2),
    ];
    expect(validity(told)[0]).toMatchObject({ invalidAt: '2026-12-24', invalidatedBy: 'm2' });
    expect(values(current(told, '2026-12-01T00:00:00.000Z'))).toEqual(['75 kg', '80 kg']);
    expect(values(current(told, '2026-12-25T00:00:00.000Z'))).toEqual(['75 kg']);
  });
});

test('what was ended and is said again holds again', () => {
  const told = statementsOf([
    [{ value: 'ramipril' }],
    [{ value: 'ramipril', ends: true }],
    [{ value: 'ramipril' }],
  ]);
  expect(validity(told).map(({ invalidatedBy }) => invalidatedBy)).toEqual(['m2', undefined]);
});

test('what was said twice is there once, as it was said last', () => {
  const told = statementsOf([[{ value: 'ramipril' }], [{ value: 'aspirin' }], [{ value: 'ramipril' }]]);
  expect(current(told, '2027').map(({ value, sourceId }) => [value, sourceId])).toEqual([
    ['ramipril', 'm3'],
    ['aspirin', 'm2'],
  ]);
});

const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const day = fc.option(word('2020-01-01', '2026-10-02', '2027-01-01'), { nil: undefined });
const stated = fc.record({
  subject: word('patient', 'mother'),
  predicate: word('takes', 'dose', 'allergic_to', 'name', 'phone'),
  object: word('', 'ramipril', 'aspirin'),
  occasion: word('', 'morning'),
  value: word('', 'ramipril', 'aspirin', '5 mg', '10 mg'),
  validAt: day,
  ends: fc.boolean(),
});
/** One statement a message. */
const history = fc
  .array(stated, { maxLength: 12 })
  .map((all) => all.map((one, at) => statement(one, at + 1)));

describe('whatever is stated', () => {
  test('medicines and allergies end by an end that was said later only', () => {
    fc.assert(
      fc.property(history, (told) => {
        for (const { predicate, place, invalidatedBy } of ended(told)) {
          const by = told.find(({ sourceId }) => sourceId === invalidatedBy);
          expect(by?.place).toBeGreaterThan(place);
          if (predicate === 'takes' || predicate === 'allergic_to') expect(by?.ends).toBe(true);
        }
      }),
    );
  });

  test('nothing of one person ends by what is said of another', () => {
    fc.assert(
      fc.property(history, (told) => {
        const alone = told.filter(({ subject }) => subject === 'patient');
        const all = validity(told).filter(({ subject }) => subject === 'patient');
        expect(all).toEqual(validity(alone));
      }),
    );
  });

  test('the order in which the messages were read changes nothing', () => {
    fc.assert(
      fc.property(
        history.chain((told) =>
          fc.tuple(fc.constant(told), fc.shuffledSubarray(told, { minLength: told.length })),
        ),
        ([told, shuffled]) => {
          expect(validity(shuffled)).toEqual(validity(told));
        },
      ),
    );
  });

  test('what is said later changes no fact, and makes none hold again', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 12 }), (told, length) => {
        const earlier = validity(told.slice(0, length));
        const later = validity(told).slice(0, earlier.length);
        expect(values(later)).toEqual(values(earlier));
        for (const [at, { invalidAt, invalidatedBy }] of earlier.entries())
          if (invalidAt !== undefined) expect(later[at]).toMatchObject({ invalidAt, invalidatedBy });
      }),
    );
  });
});
