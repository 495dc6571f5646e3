import { z } from 'zod';
import { endsAsking, isAsking, isSurelyAsking, settled } from '../../app/meaning/asking.ts';
import { classifier, sumOf, type Classifier, type Example } from './logistic.ts';
import { languages, openMeanings, persons, read, round, write } from './labelled.ts';

/** Fits what tells whether a text asks; says how often it is wrong about texts that it was not fitted to. */

/** Numbers of the model for many languages, at the end of a vector. */
const length = 512;
/** Brings them near 1, where descent is fast. */
const scale = 8;
const folds = 5;
/** Texts that are hard to tell count so often. */
const hardness = 3;
const fitting = { decay: 0.003, rounds: 250, rate: 2 };

interface Labelled extends Example {
  readonly language: string;
  /** Imperatives are judged only: fitted to others of them, the model was no better at these, and worse at what is hard. */
  readonly kind: 'hard' | 'imperative' | 'order' | 'plain';
  /** Texts of one person, and translations of one text, are left out together. */
  readonly fold: number;
}

const meanings = await openMeanings();
/** The question mark is a value of its own: a text that has one still may tell. */
const valuesOf = async (text: string): Promise<number[]> => [
  endsAsking(text),
  ...[...(await meanings.of(text)).vector.slice(-length)].map((one) => one * scale),
];

const examples: Labelled[] = [];
const add = async (texts: readonly string[], labels: Omit<Labelled, 'values'>): Promise<void> => {
  // People often leave out what a sentence ends with.
  for (const text of texts.flatMap((one) => [...new Set([one, one.replace(/[\p{P}\s]+$/u, '')])]))
    examples.push({ ...labels, values: await valuesOf(text) });
};
const form = z.record(z.string(), z.object({ asks: z.array(z.string()), tells: z.array(z.string()) }));
const sets = [
  ['asks-tells', 'hard'],
  ['word-orders', 'order'],
  ['imperatives', 'imperative'],
] as const;
for (const [name, kind] of sets)
  for (const [language, { asks, tells }] of Object.entries(read(name, form)))
    for (const [texts, isTrue] of [[asks, true] as const, [tells, false] as const])
      for (const [at, text] of texts.entries())
        await add([text], { language, isTrue, kind, fold: at % folds });
for (const language of languages)
  for (const [at, { told, asked, untold }] of read(language, persons).entries()) {
    const labels = { language, kind: 'plain', fold: at % folds } as const;
    // What a person told that ends with a question mark is not labelled.
    await add(
      told.filter((text) => !/[?？]/.test(text)),
      { ...labels, isTrue: false },
    );
    await add([...asked.map(([question]) => question), ...untold], { ...labels, isTrue: true });
  }
meanings.close();

const fittedTo = examples.filter(({ kind }) => kind !== 'imperative');
const whole = fitted(fittedTo);
const models = Array.from({ length: folds }, (_, fold) =>
  fitted(fittedTo.filter((one) => one.fold !== fold)),
);
const seen = Object.fromEntries(
  languages.map((language) => {
    const ofKind = (kind: Labelled['kind'], isTrue: boolean) => {
      const all = examples.filter(
        (one) => one.language === language && one.kind === kind && one.isTrue === isTrue,
      );
      const wrong = all.filter((one) => isAsking(asksOf(one)) !== isTrue).length;
      // Those that tell are found by nothing then.
      const surely = all.filter((one) => isSurelyAsking(asksOf(one))).length;
      return { texts: all.length, wrong, surely };
    };
    return [
      language,
      {
        hardAsks: ofKind('hard', true),
        hardTells: ofKind('hard', false),
        ...(examples.some((one) => one.language === language && one.kind === 'order')
          ? { orderAsks: ofKind('order', true), orderTells: ofKind('order', false) }
          : {}),
        imperativeAsks: ofKind('imperative', true),
        imperativeTells: ofKind('imperative', false),
        plainAsks: ofKind('plain', true),
        plainTells: ofKind('plain', false),
      },
    ];
  }),
);
await write('docs/bench/asking.json', seen);
for (const [language, figures] of Object.entries(seen)) console.log(language, JSON.stringify(figures));

const { weights, bias } = whole;
const [mark = 0, ...ofVector] = weights;
await write('app/meaning/asking.json', {
  bias: round(bias, 3),
  mark: round(mark, 3),
  weights: ofVector.map((weight) => round(weight * scale, 2)),
});

function fitted(all: readonly Labelled[]): Classifier {
  const hard = all.filter(({ kind }) => kind !== 'plain');
  return classifier([...all, ...Array.from({ length: hardness - 1 }, () => hard).flat()], fitting);
}

/** By the model that was not fitted to it. */
function asksOf({ fold, kind, values }: Labelled): number {
  const model = (kind === 'imperative' ? undefined : models[fold]) ?? whole;
  return settled(1 / (1 + Math.exp(-sumOf(values, model))), values[0] ?? 0);
}
