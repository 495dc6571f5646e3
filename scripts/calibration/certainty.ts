import {
  evidenceOf,
  evidences,
  judgeOf,
  type Judge,
  type Thresholds,
} from '../../app/memory/recall/certainty.ts';
import { isAsking, isSurelyAsking } from '../../app/meaning/asking.ts';
import { packed } from '../../app/meaning/packed-vector.ts';
import {
  bestOfFacts,
  PatientIndex,
  type Found,
  type Question as IndexQuestion,
} from '../../app/memory/recall/patient-index.ts';
import { termsOf } from '../../app/memory/recall/terms.ts';
import { windowsOf } from '../../app/memory/recall/windows.ts';
import type { Linear } from '../../app/meaning/linear.ts';
import type { Hit } from '../../app/stores/types.ts';
import { classifier, sumOf, type Classifier } from './logistic.ts';
import { languages, openMeanings, persons, read, round, write, type Person } from './labelled.ts';
import { answersOf, fitAnswers, type Pair } from './answers.ts';
import { fitUsual, usualOf, type Said } from './usual.ts';

/** Fits how sure an answer is; says how often that was right about persons that it was not fitted to. */

const judges = ['english', 'others', 'fromEnglish', 'across', 'words'] as const satisfies readonly Judge[];
const fitting = { decay: 0.001, rounds: 1_500, rate: 0.5, isRising: true };
/**
 * Of what was never told, so much may be called answered in each language, and of what was told, so much denied. Most questions
 * here are near misses and in other words; of everyday ones a third of what is denied is seen.
 */
const [mostWrong, mostDenied] = [0.1, 0.065];
/** The least labels of what was told, and of what was not, with which an answer in a language may be certain. */
const leastLabels = 40;
/** What the likeness of questions usually is, is fitted without so many parts of the persons, each once. */
const folds = 5;
/** Turns of each question with which it is fitted what answers. */
const mostPaired = 5;

/** A question of a person, and what was found. */
interface Question {
  readonly judge: Judge;
  readonly language: string;
  /** Persons who say the same in other languages are one. */
  readonly person: string;
  readonly isTold: boolean;
  /** Whether the wanted turn is among the first three. */
  readonly isRight: boolean;
  readonly said: Said;
  /** Of both models, unweighted. */
  readonly vector: Float32Array;
  readonly hits: readonly (Found & { readonly isWanted: boolean })[];
}

/** What came out of one question. */
type Row = Omit<Question, 'said' | 'vector' | 'hits'> & { readonly values: readonly (number | undefined)[] };

const meanings = await openMeanings();
const turns: Said[] = [];
const questions: Question[] = [];
for (const name of [...languages, 'cross'])
  for (const [at, person] of read(name, persons).entries()) {
    const { translated } = person;
    const own = translated === undefined ? `${name} ${at}` : `translated ${translated}`;
    questions.push(...(await questionsOf(person, own, name === 'cross')));
  }
meanings.close();

const embedded = questions.filter(({ judge }) => judge !== 'words');
const asked = embedded.map(({ said }) => said);
const pairs = embedded.flatMap(({ person, vector: question, hits }) =>
  hits
    .slice(0, mostPaired)
    .flatMap(({ vector: window, isWanted: isAnswer }): Pair[] =>
      window ? [{ person, question, window, isAnswer }] : [],
    ),
);
const foldOf = new Map([...new Set(asked.map(({ person }) => person))].map((one, at) => [one, at % folds]));
const modelsWithout = Array.from({ length: folds }, (_, fold) => {
  const isIn = ({ person }: { readonly person: string }): boolean => foldOf.get(person) !== fold;
  return { usual: fitUsual(asked.filter(isIn), turns.filter(isIn)), weights: fitAnswers(pairs.filter(isIn)) };
});
const rows: Row[] = questions.map(({ said, vector, hits, ...question }) => {
  const models = modelsWithout[foldOf.get(said.person) ?? -1];
  const of = { language: question.language, ...(models ? { usual: usualOf(models.usual, said) } : {}) };
  const [best, ...others] = hits;
  const window = best?.vector;
  const answers = models && window && answersOf(models.weights, { question: vector, window });
  const evidence = evidenceOf(of, best ? [{ ...best, answers }, ...others] : []);
  return { ...question, values: evidences.map((name) => evidence[name]) };
});

const shortened = ({ bias, weights }: Linear): Linear => ({
  bias: round(bias, 4),
  weights: weights.map((weight) => round(weight, 4)),
});
const { multilingual, minilm } = fitUsual(asked, turns);
await write('app/meaning/usual-likeness.json', {
  ...{ multilingual: shortened(multilingual), minilm: shortened(minilm) },
});
await write(
  'app/meaning/answer-weights.json',
  fitAnswers(pairs).map((weight) => round(weight, 1)),
);
const fitted = judges.map((judge) => [judge, fit(rows.filter((row) => row.judge === judge))] as const);
const enough = languages.filter((language) => {
  const own = rows.filter((row) => row.language === language && row.judge !== 'words');
  return [true, false].every((isTold) => own.filter((row) => row.isTold === isTold).length >= leastLabels);
});
await write('app/memory/recall/certainty.json', {
  languages: Object.fromEntries(
    enough.map((language) => [
      language,
      Object.fromEntries(
        fitted.flatMap(([judge, { of }]) => {
          const own = of.get(language);
          return judge === 'words' || own === undefined ? [] : [[judge, own.thresholds]];
        }),
      ),
    ]),
  ),
  judges: Object.fromEntries(fitted.map(([judge, { model }]) => [judge, model])),
});
await write(
  'docs/bench/certainty.json',
  Object.fromEntries(
    fitted.map(([judge, { seen, of }]) => [
      judge,
      { ...seen, languages: Object.fromEntries([...of].map(([language, own]) => [language, own.seen])) },
    ]),
  ),
);
for (const [judge, { seen, of }] of fitted) {
  console.log(judge, JSON.stringify({ ...seen, curve: undefined }));
  for (const [language, own] of of) console.log(' ', language, JSON.stringify(own.seen));
}

/** Each question by meaning, and once more by words alone. */
async function questionsOf(
  { told, asked: wantedOf, untold }: Person,
  person: string,
  isAcross: boolean,
): Promise<Question[]> {
  const [byMeaning, byWords] = [new PatientIndex(), new PatientIndex()];
  let number = 0;
  for (const [at, text] of told.entries())
    for (const window of windowsOf(text)) {
      const { vector, language, asks = 0 } = await meanings.of(window);
      if (!isAsking(asks)) turns.push(saidOf(person, vector, language));
      const plain = { factId: String(at), terms: termsOf(window), asks, language };
      byMeaning.add(number, { ...plain, vector: packed(vector) });
      byWords.add(number++, plain);
    }
  const found: Question[] = [];
  for (const [text, wanted] of [...wantedOf, ...untold.map((one) => [one, undefined] as const)]) {
    const isTold = wanted !== undefined;
    const isWanted = ({ factId }: Hit): boolean => isTold && told[Number(factId)]?.includes(wanted) === true;
    const { vector, language } = await meanings.of(text, true);
    const { vector: unweighted } = await meanings.of(text);
    const said = saidOf(person, unweighted, language);
    const questionOf = (judge: Judge, all: readonly Found[]): Question => {
      const hits = all.map((hit) => ({ ...hit, isWanted: isWanted(hit) }));
      const isRight = hits.slice(0, 3).some((hit) => hit.isWanted);
      return { ...{ judge, language, person, isTold, isRight, said, hits }, vector: unweighted };
    };
    const terms = termsOf(text);
    const hits = telling(byMeaning, { terms, vector });
    found.push(questionOf(judgeOf({ language }, hits), hits));
    // Words of another language than the question's say nothing.
    if (!isAcross) found.push(questionOf('words', telling(byWords, { terms, vector: undefined })));
  }
  return found;
}

/** Numbers of the model for many languages, at the end of a vector. */
function saidOf(person: string, vector: Float32Array, language: string): Said {
  const minilmVector = language === 'en' ? vector.slice(0, -512) : undefined;
  return { person, multilingual: vector.slice(-512), minilm: minilmVector };
}

/** What was found that does not surely ask, as when a patient asks. */
function telling(index: PatientIndex, question: Pick<IndexQuestion, 'terms' | 'vector'>): Found[] {
  return bestOfFacts(index.hits(question, [index.counts(question)])).filter(
    ({ asks }) => !isSurelyAsking(asks),
  );
}

type Judged = Row & { readonly sum: number };

function fit(all: readonly Row[]) {
  const scales = evidences.map((_, at) => scaleOf(all.flatMap(({ values }) => values[at] ?? [])));
  const examples = all.map((row) => ({
    ...row,
    isTrue: row.isRight,
    values: row.values.map((value, at) => scaled(value, scales[at])),
  }));
  const without = new Map<string, Classifier>();
  const leftOut = (person: string): Classifier => {
    const others = examples.filter((one) => one.person !== person);
    const model = without.get(person) ?? classifier(others, fitting);
    without.set(person, model);
    return model;
  };
  const sums = examples.map((row): Judged => ({ ...row, sum: sumOf(row.values, leftOut(row.person)) }));
  const thresholds = thresholdsOf(sums);
  const { weights, bias } = classifier(examples, fitting);
  const curve = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5].map((from) => ({
    from,
    ...seenOf(sums, { related: from, answered: from }),
  }));
  return {
    model: {
      ...{ bias: round(bias, 3), ...thresholds },
      evidence: Object.fromEntries(
        evidences.map((name, place) => [name, { ...scales[place], weight: round(weights[place] ?? 0, 3) }]),
      ),
    },
    seen: {
      told: sums.filter(({ isTold }) => isTold).length,
      untold: sums.filter(({ isTold }) => !isTold).length,
      rightAmongThree: share(
        sums.filter(({ isTold }) => isTold),
        ({ isRight }) => isRight,
      ),
      ...seenOf(sums, thresholds),
      curve,
    },
    of: byLanguage(sums),
  };
}

/** Of each language that has enough questions, by its own thresholds. */
function byLanguage(all: readonly Judged[]) {
  const found = languages.flatMap((language) => {
    const own = all.filter((row) => row.language === language);
    const untold = own.filter(({ isTold }) => !isTold).length;
    const told = own.length - untold;
    if (told < leastLabels || untold < leastLabels) return [];
    const thresholds = thresholdsOf(own);
    return [[language, { thresholds, seen: { told, untold, ...seenOf(own, thresholds) } }] as const];
  });
  return new Map(found);
}

function thresholdsOf(rowsOfOne: readonly Judged[]): Thresholds {
  const sumsOf = (isTold: boolean): number[] =>
    rowsOfOne.filter((row) => row.isTold === isTold).map(({ sum }) => sum);
  // Above the greatest of those that must not be.
  const answered = quantile(sumsOf(false), 1 - mostWrong) + 0.001;
  const related = Math.min(answered, quantile(sumsOf(true), mostDenied));
  return { answered: round(answered, 3), related: round(related, 3) };
}

function seenOf(all: readonly Judged[], { answered, related }: Thresholds) {
  const [told, untold] = [true, false].map((isTold) => all.filter((row) => row.isTold === isTold));
  return {
    answeredRight: share(told ?? [], ({ sum, isRight }) => isRight && sum >= answered),
    denied: share(told ?? [], ({ sum }) => sum < related),
    untoldAnswered: share(untold ?? [], ({ sum }) => sum >= answered),
    untoldNothing: share(untold ?? [], ({ sum }) => sum < related),
  };
}

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

function scaleOf(values: readonly number[]): Scale {
  if (values.length === 0) return { mean: 0, deviation: 1 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean: round(mean, 4), deviation: round(deviation, 4) || 1 };
}

/** What there is none of says nothing either way. */
function scaled(value: number | undefined, scale: Scale | undefined): number {
  return scale && value !== undefined ? (value - scale.mean) / scale.deviation : 0;
}

function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? 0;
}

function share<T>(all: readonly T[], isCounted: (one: T) => boolean): number {
  return round(all.filter(isCounted).length / all.length, 3);
}
