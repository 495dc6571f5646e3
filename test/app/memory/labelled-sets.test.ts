import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const text = z.string().trim().min(1);
const recallPerson = z.strictObject({
  person: text,
  languages: z.tuple([text, text]).optional(),
  translated: text.optional(),
  told: z.array(text).min(1).max(20),
  asked: z.array(z.tuple([text, text])).min(1),
  untold: z.array(text).min(1),
});
type RecallPerson = z.infer<typeof recallPerson>;
const emergencyLanguage = z.enum(['en', 'de', 'fr', 'es', 'pt']);
const emergencies = z.record(
  emergencyLanguage,
  z.strictObject({ dangers: z.array(text), others: z.array(text) }),
);
const turnLanguage = z.enum([...emergencyLanguage.options, 'ru', 'zh']);
const asksTells = z.strictObject({ asks: z.array(text), tells: z.array(text) });
const turns = z.record(turnLanguage, asksTells);
const change = z.strictObject({
  language: emergencyLanguage,
  before: text,
  after: text,
  expect: z.enum(['replaces', 'adds', 'ends']),
});

/** Told turns of a person who has just begun to use the chat. */
const fewTurns = 5;

/** The least each recall set holds: persons with so many told turns, persons with few, and labels in all. */
const recallSets = [
  { file: 'en', persons: 20, turns: 12, few: 16, asked: 340, untold: 240 },
  { file: 'de', persons: 6, turns: 12, few: 8, asked: 110, untold: 85 },
  { file: 'fr', persons: 6, turns: 12, few: 7, asked: 110, untold: 85 },
  { file: 'es', persons: 6, turns: 12, few: 7, asked: 110, untold: 85 },
  { file: 'pt', persons: 6, turns: 12, few: 7, asked: 110, untold: 85 },
  { file: 'ru', persons: 5, turns: 12, few: 7, asked: 90, untold: 70 },
  { file: 'zh', persons: 5, turns: 12, few: 7, asked: 90, untold: 70 },
  { file: 'cross', persons: 14, turns: 8, few: 10, asked: 150, untold: 85 },
];

function read<T>(file: string, form: z.ZodType<T>): T {
  const path = new URL(`./sets/labelled/${file}.json`, import.meta.url);
  return form.parse(JSON.parse(readFileSync(path, 'utf8')));
}

function repeated(texts: readonly string[]): string[] {
  const folded = texts.map((each) => each.trim().toLowerCase());
  return folded.filter((each, at) => folded.indexOf(each) !== at);
}

function labelsNotInOneTurn(one: RecallPerson): string[] {
  return one.asked
    .filter(([, label]) => one.told.filter((turn) => turn.includes(label)).length !== 1)
    .map(([question, label]) => `${one.person}: ${question} -> ${label}`);
}

describe.each(recallSets)('the labelled recall set $file', ({ file, ...least }) => {
  const set = read(file, z.array(recallPerson));

  it('holds at least as many persons, turns and labels as calibration needs', () => {
    expect(set.flatMap((one) => one.asked).length).toBeGreaterThanOrEqual(least.asked);
    expect(set.flatMap((one) => one.untold).length).toBeGreaterThanOrEqual(least.untold);
    const great = set.filter((one) => one.told.length >= least.turns);
    expect(great.length).toBeGreaterThanOrEqual(least.persons);
  });

  it('holds memories of one to five turns, as after a first conversation', () => {
    const small = set.filter((one) => one.told.length <= fewTurns);
    expect(small.length).toBeGreaterThanOrEqual(least.few);
  });

  it('labels each asked question with words of exactly one told turn', () => {
    expect(set.flatMap(labelsNotInOneTurn)).toEqual([]);
  });

  it('repeats no person, turn or question of a person', () => {
    expect(repeated(set.map((one) => one.person))).toEqual([]);
    const ofEach = set.flatMap((one) => [
      ...repeated(one.told),
      ...repeated([...one.asked.map(([question]) => question), ...one.untold]),
    ]);
    expect(ofEach).toEqual([]);
  });

  it('names the languages of a person where and only where they differ', () => {
    const named = set.filter((one) => one.languages !== undefined);
    expect(named.length).toBe(file === 'cross' ? set.length : 0);
    for (const { languages = [] } of named) expect(repeated(languages)).toEqual([]);
  });
});

describe.each(emergencyLanguage.options)('the labelled emergencies in %s', (language) => {
  it('are 40 dangers and 40 others, none twice', () => {
    const { dangers, others } = read('emergency', emergencies)[language];
    expect(dangers.length).toBeGreaterThanOrEqual(40);
    expect(others.length).toBeGreaterThanOrEqual(40);
    expect(repeated([...dangers, ...others])).toEqual([]);
  });
});

describe.each(turnLanguage.options)('the labelled turns in %s', (language) => {
  it('are 60 that ask and 70 that tell, none twice', () => {
    const { asks, tells } = read('asks-tells', turns)[language];
    expect(asks.length).toBeGreaterThanOrEqual(60);
    expect(tells.length).toBeGreaterThanOrEqual(70);
    expect(repeated([...asks, ...tells])).toEqual([]);
  });
});

describe.each(emergencyLanguage.options)(
  'the labelled turns in unusual orders of words in %s',
  (language) => {
    it('are 40 that ask and 40 that tell, none twice or among the other turns', () => {
      const { asks, tells } = read('word-orders', z.record(emergencyLanguage, asksTells))[language];
      expect([asks.length, tells.length]).toEqual([40, 40]);
      const others = read('asks-tells', turns)[language];
      expect(repeated([...asks, ...tells, ...others.asks, ...others.tells])).toEqual([]);
    });
  },
);

describe.each(turnLanguage.options)('the labelled imperatives in %s', (language) => {
  it('are 12 that ask and 8 that tell, none twice or among the other turns', () => {
    const { asks, tells } = read('imperatives', turns)[language];
    expect([asks.length, tells.length]).toEqual([12, 8]);
    const others = read('asks-tells', turns)[language];
    expect(repeated([...asks, ...tells, ...others.asks, ...others.tells])).toEqual([]);
  });
});

describe('the labelled changes of facts', () => {
  const changes = read('supersede', z.array(change));

  it('are 120 in English and 80 in other languages, none twice', () => {
    const english = changes.filter(({ language }) => language === 'en');
    expect(english.length).toBeGreaterThanOrEqual(120);
    expect(changes.length - english.length).toBeGreaterThanOrEqual(80);
    expect(repeated(changes.map(({ before, after }) => `${before} | ${after}`))).toEqual([]);
  });

  it('hold each outcome in each language', () => {
    const outcomes = new Set(changes.map((each) => `${each.language} ${each.expect}`));
    expect(outcomes.size).toBe(emergencyLanguage.options.length * change.shape.expect.options.length);
  });
});
