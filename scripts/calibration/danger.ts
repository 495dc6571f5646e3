import { z } from 'zod';
import { sentencesOf } from '../../app/memory/recall/windows.ts';
import { classifier, sumOf, type Classifier, type Example } from './logistic.ts';
import { languages, openMeanings, persons, read, round, write } from './labelled.ts';

/**
 * Fits what tells whether a text reports a danger that is happening; says how many dangers it sees, and how many others it
 * takes for one, of texts that it was not fitted to. Likeness alone fails on questions about dangers, which the others have.
 */

/** Numbers of the model for many languages, at the end of a vector. */
const length = 512;
/** Brings them near 1, where descent is fast. */
const scale = 8;
const folds = 5;
/** Emergencies and what resembles them count so often, beside what people say otherwise. */
const hardness = 3;
const fitting = { decay: 0.003, rounds: 250, rate: 2 };
/** In doubt it is a danger: the sum from which on a text is taken for one. */
const threshold = -1.75;

interface Labelled extends Example {
  /** Its sentences' values: the greatest sum counts, as in `Meanings.ofMessage`. */
  readonly parts: readonly (readonly number[])[];
}

const meanings = await openMeanings();
const valuesOf = async (text: string): Promise<number[]> =>
  [...(await meanings.of(text)).vector.slice(-length)].map((one) => one * scale);
const labelled = async (text: string, isTrue: boolean): Promise<Labelled> => ({
  ...{ isTrue, values: await valuesOf(text) },
  parts: await Promise.all([text, ...sentencesOf(text)].map(valuesOf)),
});

const sets = z.record(z.string(), z.object({ dangers: z.array(z.string()), others: z.array(z.string()) }));
const hard = new Map<string, { dangers: Labelled[]; others: Labelled[] }>();
for (const [language, { dangers, others }] of Object.entries(read('emergency', sets)))
  hard.set(language, {
    dangers: await Promise.all(dangers.map((text) => labelled(text, true))),
    others: await Promise.all(others.map((text) => labelled(text, false))),
  });
const said = [
  ...languages
    .flatMap((language) => read(language, persons))
    .flatMap(({ told, asked, untold }) => [...told, ...asked.map(([question]) => question), ...untold]),
  ...Object.values(
    read('asks-tells', z.record(z.string(), z.record(z.string(), z.array(z.string())))),
  ).flatMap((turns) => Object.values(turns).flat()),
  ...read('supersede', z.array(z.object({ before: z.string(), after: z.string() }))).flatMap(
    ({ before, after }) => [before, after],
  ),
];
const plain = await Promise.all(said.map((text) => labelled(text, false)));
meanings.close();

const groups = [...hard.values()].flatMap(({ dangers, others }) => [dangers, others]);
/** Texts of one subject have the same place in each language, and so are left out together. */
const isLeftOut = (fold: number) => (_: unknown, at: number) => at % folds === fold;
const modelWithout = Array.from({ length: folds }, (_, fold) =>
  fitted((all) => all.filter((one, at) => !isLeftOut(fold)(one, at))),
);

for (const [language, { dangers, others }] of hard)
  console.log(
    `${language}: ${seen(dangers)} of ${dangers.length} dangers, ${seen(others)} of ${others.length} others`,
  );
console.log(`what people say otherwise: ${seen(plain)} of ${plain.length}`);

const { weights, bias } = fitted((all) => all);
await write('app/meaning/danger.json', {
  bias: round(bias - threshold, 3),
  weights: weights.map((weight) => round(weight * scale, 2)),
});

/** The model of a part of the examples. */
function fitted(part: (all: readonly Labelled[]) => readonly Labelled[]): Classifier {
  const near = groups.flatMap((group) => part(group));
  return classifier([...Array.from({ length: hardness }, () => near).flat(), ...part(plain)], fitting);
}

/** How many of a group the model that was not fitted to them takes for dangers. */
function seen(group: readonly Labelled[]): number {
  return group.filter(({ parts }, at) => {
    const model = modelWithout[at % folds];
    return model && Math.max(...parts.map((values) => sumOf(values, model))) > threshold;
  }).length;
}
