import { evidenceOf, evidences, judgeOf, type Judge } from '../../app/memory/recall/certainty.ts';
import { isAsking } from '../../app/meaning/asking.ts';
import { packed } from '../../app/meaning/packed-vector.ts';
import { PatientIndex } from '../../app/memory/recall/patient-index.ts';
import { termsOf } from '../../app/memory/recall/terms.ts';
import { windowsOf } from '../../app/memory/recall/windows.ts';
import type { Hit } from '../../app/stores/types.ts';
import { classifier, sumOf, type Classifier } from './logistic.ts';
import { languages, openMeanings, persons, read, round, write, type Person } from './labelled.ts';

/** Fits how sure an answer is; says how often that was right about persons that it was not fitted to. */

const judges = ['english', 'others', 'across', 'words'] as const satisfies readonly Judge[];
const fitting = { decay: 0.001, rounds: 1_500, rate: 0.5 };
/**
 * Of what was never told, so much may be called answered, and of what was told, so much denied. Most of the questions here
 * are near misses and in other words; of everyday ones a third of that is seen.
 */
const [mostWrong, mostDenied] = [0.13, 0.065];

/** What came out of one question. */
interface Row {
  readonly judge: Judge;
  readonly person: string;
  readonly isTold: boolean;
  /** Whether the wanted turn is among the first three. */
  readonly isRight: boolean;
  readonly values: readonly (number | undefined)[];
}

const meanings = await openMeanings();
const fittedWithout = new Map<string, Classifier>();
const rows: Row[] = [];
for (const name of [...languages, 'cross'])
  for (const [at, person] of read(name, persons).entries())
    rows.push(...(await rowsOf(person, `${name} ${at}`)));
meanings.close();
const fitted = judges.map((judge) => [judge, fit(rows.filter((row) => row.judge === judge))] as const);
await write('app/memory/recall/certainty.json', {
  languages,
  judges: Object.fromEntries(fitted.map(([judge, { model }]) => [judge, model])),
});
await write(
  'docs/bench/certainty.json',
  Object.fromEntries(fitted.map(([judge, { seen }]) => [judge, seen])),
);
for (const [judge, { seen }] of fitted) console.log(judge, JSON.stringify({ ...seen, curve: undefined }));

/** Each question by meaning, and once more by words alone. */
async function rowsOf({ told, asked, untold }: Person, person: string): Promise<Row[]> {
  const [byMeaning, byWords] = [new PatientIndex(), new PatientIndex()];
  let number = 0;
  for (const [at, text] of told.entries())
    for (const window of windowsOf(text)) {
      const { vector, language, asks = 0 } = await meanings.of(window);
      const plain = { factId: String(at), terms: termsOf(window), asks, language };
      byMeaning.add(number, { ...plain, vector: packed(vector) });
      byWords.add(number++, plain);
    }
  const found: Row[] = [];
  for (const [text, wanted] of [...asked, ...untold.map((one) => [one, undefined] as const)]) {
    const isTold = wanted !== undefined;
    const isWanted = ({ factId }: Hit): boolean => isTold && told[Number(factId)]?.includes(wanted) === true;
    const rowOf = (judge: Judge, hits: readonly Hit[]): Row => ({
      ...{ judge, person, isTold, isRight: hits.slice(0, 3).some(isWanted) },
      values: evidences.map((name) => evidenceOf(hits)[name]),
    });
    const { vector, language } = await meanings.of(text, true);
    const question = { terms: termsOf(text), limit: 50 };
    const hits = byMeaning.search({ ...question, vector }).filter(tells);
    found.push(rowOf(judgeOf(language, hits), hits));
    // Words of another language than the question's say nothing.
    if (!person.startsWith('cross'))
      found.push(rowOf('words', byWords.search({ ...question, vector: undefined }).filter(tells)));
  }
  return found;
}

function tells({ asks }: Hit): boolean {
  return !isAsking(asks);
}

function fit(all: readonly Row[]) {
  const scales = evidences.map((_, at) => scaleOf(all.flatMap(({ values }) => values[at] ?? [])));
  const examples = all.map((row) => ({
    ...row,
    isTrue: row.isRight,
    values: row.values.map((value, at) => scaled(value, scales[at])),
  }));
  const sums = examples.map((row) => {
    const others = examples.filter(({ person }) => person !== row.person);
    return { ...row, sum: sumOf(row.values, leftOut(row.person, others)) };
  });
  const untold = sums.filter(({ isTold }) => !isTold).map(({ sum }) => sum);
  const told = sums.filter(({ isTold }) => isTold).map(({ sum }) => sum);
  const answered = quantile(untold, 1 - mostWrong);
  const related = Math.min(answered, quantile(told, mostDenied));
  const { weights, bias } = classifier(examples, fitting);
  const at = (answeredFrom: number, relatedFrom: number) => ({
    answeredRight: share(
      sums.filter(({ isTold }) => isTold),
      ({ sum, isRight }) => isRight && sum >= answeredFrom,
    ),
    denied: share(
      sums.filter(({ isTold }) => isTold),
      ({ sum }) => sum < relatedFrom,
    ),
    untoldAnswered: share(
      sums.filter(({ isTold }) => !isTold),
      ({ sum }) => sum >= answeredFrom,
    ),
    untoldNothing: share(
      sums.filter(({ isTold }) => !isTold),
      ({ sum }) => sum < relatedFrom,
    ),
  });
  const curve = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5].map((from) => ({ from, ...at(from, from) }));
  return {
    model: {
      ...{ bias: round(bias, 3), answered: round(answered, 3), related: round(related, 3) },
      evidence: Object.fromEntries(
        evidences.map((name, place) => [name, { ...scales[place], weight: round(weights[place] ?? 0, 3) }]),
      ),
    },
    seen: {
      ...{ told: told.length, untold: untold.length },
      rightAmongThree: share(
        sums.filter(({ isTold }) => isTold),
        ({ isRight }) => isRight,
      ),
      ...at(answered, related),
      curve,
    },
  };
}

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

function scaleOf(values: readonly number[]): Scale {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean: round(mean, 4), deviation: round(deviation, 4) || 1 };
}

/** What there is none of says nothing either way. */
function scaled(value: number | undefined, scale: Scale | undefined): number {
  return scale && value !== undefined ? (value - scale.mean) / scale.deviation : 0;
}

/** Fitted once for each person. */
function leftOut(person: string, others: Parameters<typeof classifier>[0]): Classifier {
  const key = `${person} ${others.length} ${others[0]?.values[0] ?? 0}`;
  const known = fittedWithout.get(key) ?? classifier(others, fitting);
  fittedWithout.set(key, known);
  return known;
}

function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? 0;
}

function share<T>(all: readonly T[], isCounted: (one: T) => boolean): number {
  return round(all.filter(isCounted).length / all.length, 3);
}
