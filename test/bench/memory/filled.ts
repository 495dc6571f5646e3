import { randomUUID } from 'node:crypto';
import type { Embedder } from '../../../app/meaning/embedder.ts';
import { factsOf } from '../../../app/memory/facts.ts';
import type { Stores } from '../../../app/stores/types.ts';
import { persons, read } from '../../../scripts/calibration/labelled.ts';

/** A memory of turns as many and as long as people's, in the words of the labelled sets. */

const words = [
  ...new Set(read('en', persons).flatMap(({ told }) => told.flatMap((text) => text.split(' ')))),
];
/** Numbers of both models' vectors. */
const dimension = 896;
const turnsAtOnce = 500;

/** Rare words are rare, as in every language. */
const word = (): string => words[Math.floor(words.length * Math.random() ** 3)] ?? '';
export const sentence = (length: number): string => Array.from({ length }, word).join(' ');

/** Tells so many turns of a patient. Their vectors are random: what they mean takes no time to search. */
export async function fill(
  { record, index }: Stores,
  { id: embedder }: Embedder,
  { patientId, turns }: { readonly patientId: string; readonly turns: number },
): Promise<void> {
  for (let at = 0; at < turns; at += turnsAtOnce) {
    const said = Array.from({ length: Math.min(turnsAtOnce, turns - at) }, () => ({
      ...{ patientId, sessionId: 's', id: randomUUID(), recordedAt: new Date().toISOString() },
      text: `${sentence(10)}.`,
    }));
    const facts = said.map((one) => factsOf(one));
    await Promise.all(
      said.map((one, place) => record.addMessage({ ...one, speaker: 'patient' }, facts[place] ?? [])),
    );
    await index.add(facts.flat());
    const windows = await index.unembedded(embedder, 2 * turnsAtOnce);
    const meaning = () => ({ vector: randomVector(), language: 'en', asks: 0 });
    await index.addMeanings(
      embedder,
      windows.map((window) => ({ ...window, meaning: meaning() })),
    );
  }
}

function randomVector(): Float32Array {
  const vector = Float32Array.from({ length: dimension }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((one) => one / length);
}
