import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import type { Meaning } from '../../app/meaning/embedder.ts';
import { Networks } from '../../app/meaning/networks.ts';
import { cachedModels } from '../models/cached-models.ts';

/** The labelled sets that the memory is calibrated by, and their meanings. */

const folder = 'test/app/memory/sets/labelled';

/** Languages that have a labelled set of their own. */
export const languages = ['en', 'de', 'fr', 'es', 'pt', 'ru', 'zh'];

const person = z.object({
  /** Of persons who say the same in several languages; they are left out together. */
  translated: z.string().optional(),
  told: z.array(z.string()),
  asked: z.array(z.tuple([z.string(), z.string()])),
  untold: z.array(z.string()),
});
export const persons = z.array(person);
export type Person = z.infer<typeof person>;

export const read = <T>(name: string, schema: z.ZodType<T>): T =>
  schema.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));

export async function write(file: string, value: unknown): Promise<void> {
  writeFileSync(
    file,
    await format(JSON.stringify(value), { ...(await resolveConfig(file)), filepath: file }),
  );
}

export const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** What texts mean by the models of the cache; each is embedded once. */
export async function openMeanings(): Promise<{
  readonly of: (text: string, isQuestion?: boolean) => Promise<Meaning>;
  readonly close: () => void;
}> {
  const networks = await Networks.open(await cachedModels(console.log));
  const known = new Map<string, Promise<Meaning>>();
  return {
    of: (text, isQuestion = false) => {
      const key = `${isQuestion} ${text}`;
      const meaning = known.get(key) ?? networks.meaningOf({ text, isQuestion });
      known.set(key, meaning);
      return meaning;
    },
    close: () => networks.close(),
  };
}
