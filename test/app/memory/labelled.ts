import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Embedder } from '../../../app/meaning/embedder.ts';
import type { SearchIndex } from '../../../app/stores/types.ts';
import { openMemory, type WholeAnswer } from './open-memory.ts';

const persons = z.array(
  z.object({
    told: z.array(z.string()),
    asked: z.array(z.tuple([z.string(), z.string()])),
    untold: z.array(z.string()),
  }),
);
export type Person = z.infer<typeof persons>[number];

/** A person of the labelled sets in `sets/labelled`. */
export function personOf(set: string, at: number): Person {
  const file = join(import.meta.dirname, 'sets', 'labelled', `${set}.json`);
  const person = persons.parse(JSON.parse(readFileSync(file, 'utf8')))[at];
  if (!person) throw new Error(`${file} has no person ${at}.`);
  return person;
}

/** What came out of asking for what a person told, and for what they never told. */
export interface Measured {
  readonly told: number;
  /** Questions whose right turn is among the first three facts. */
  readonly right: number;
  readonly answered: number;
  readonly denied: number;
  readonly untold: number;
  readonly untoldAnswered: number;
  /** Each question whose answer was another after all had been asked. */
  readonly changed: readonly string[];
}

/** Tells all of a person in one session, asks in a second, and all again in a third. */
export async function measured(
  { told, asked, untold }: Person,
  parts: { readonly embedder?: Embedder; readonly index?: SearchIndex },
): Promise<Measured> {
  const open = await openMemory(parts);
  try {
    const say = (session: string, at: number, text: string) =>
      open.say({ patientId: 'patient:labelled', sessionId: session }, `${session}${at}`, text);
    for (const [at, text] of told.entries()) await say('told', at, text);
    const counts = { right: 0, answered: 0, denied: 0, untoldAnswered: 0 };
    const changed: string[] = [];
    const first: WholeAnswer[] = [];
    for (const [at, [question, wanted]] of asked.entries()) {
      const answer = await say('asked', at, question);
      const { facts, certainty } = answer;
      first.push(answer);
      if (facts.slice(0, 3).some((fact) => fact.text.includes(wanted))) counts.right += 1;
      if (certainty === 'answered') counts.answered += 1;
      if (certainty === 'nothing') counts.denied += 1;
    }
    for (const [at, question] of untold.entries())
      if ((await say('untold', at, question)).certainty === 'answered') counts.untoldAnswered += 1;
    for (const [at, [question]] of asked.entries()) {
      const { text, certainty } = await say('again', at, question);
      if (text !== first[at]?.text || certainty !== first[at].certainty) changed.push(question);
    }
    return { told: asked.length, untold: untold.length, ...counts, changed };
  } finally {
    await open.close();
  }
}
