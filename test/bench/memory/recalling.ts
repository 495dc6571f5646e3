import type { Embedder } from '../../../app/meaning/embedder.ts';
import { Meanings } from '../../../app/meaning/meanings.ts';
import { recall, whole } from '../../../app/memory/recall/recall.ts';
import type { Stores } from '../../../app/stores/types.ts';
import { fill, sentence } from './filled.ts';
import { percentile } from './percentile.ts';

export interface Size {
  readonly patients: number;
  readonly turnsOfEach: number;
  readonly bigTurns: number;
}

/** Milliseconds of `recall`, the question's embedding included: of any of many patients, and of one that told much. */
export async function recallTimes(
  stores: Stores,
  embedder: Embedder,
  { patients, turnsOfEach, bigTurns }: Size,
): Promise<{ readonly manyP95Ms: number; readonly bigP95Ms: number }> {
  const all = Array.from({ length: patients }, (_, at) => `patient:${at}`);
  for (const patientId of all) await fill(stores, embedder, { patientId, turns: turnsOfEach });
  await fill(stores, embedder, { patientId: 'patient:big', turns: bigTurns });
  const meanings = new Meanings({
    ...{ embedder, index: stores.index, isOpen: () => true, questionMs: 60_000, vectorsMs: 60_000 },
    warn: (what, error) => console.error(what, error),
  });
  const timed = async (patientId: string): Promise<number> => {
    const begun = performance.now();
    const except = new Set<string>();
    const recalling = { stores, meanings, warn: console.error, coverage: whole, except };
    await recall(recalling, patientId, `Where is ${sentence(6)}?`);
    return performance.now() - begun;
  };
  await timed('patient:big');
  const [many, big]: [number[], number[]] = [[], []];
  for (let at = 0; at < asked; at++) {
    many.push(await timed(all[Math.floor(Math.random() * all.length)] ?? ''));
    big.push(await timed('patient:big'));
  }
  return { manyP95Ms: percentile(many, 0.95), bigP95Ms: percentile(big, 0.95) };
}

const asked = 200;
