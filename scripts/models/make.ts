import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelFiles, type Manifest } from '../../app/meaning/model-files.ts';
import { arraysOf } from './arrays.ts';
import { download } from './download.ts';
import { sentenceEncoder } from './sentence-encoder.ts';
import { minilm, multilingual, type Source } from './sources.ts';
import { tokenizerOf } from './unigram.ts';

/** Of the sources and of how they are put together. */
export const modelsId = `minilm-${minilm.sha256.slice(0, 8)}+use3-${multilingual.sha256.slice(0, 8)}+1`;

/** Says how far it has got, four times. */
function quarters(what: string, say: (line: string) => void): (received: number, all: number) => void {
  let next = 25;
  return (received, all) => {
    if ((100 * received) / all < next) return;
    say(`${next} % of ${what}.`);
    next += 25;
  };
}

/** Fetches the embedding models and fills a folder with them. @throws Error in words when a source cannot be had. */
export async function makeModels(folder: string, say: (line: string) => void): Promise<void> {
  const fetched = <Part extends string>(
    what: string,
    source: Source<Part>,
  ): Promise<Record<Part, Uint8Array>> => {
    say(`Fetching ${what}, ${Math.round(source.bytes / 1e6)} MB, from ${new URL(source.url).host}.`);
    return download(source, quarters(what, say));
  };
  const write = (file: string, content: Uint8Array | string): Promise<void> =>
    writeFile(join(folder, file), content);
  await mkdir(folder, { recursive: true });
  const english = await fetched('the model for English', minilm);
  await write(modelFiles.minilm, english.network);
  await write(modelFiles.minilmTokenizer, english.tokenizer);
  const { weights, pieces } = await fetched('the model for other languages', multilingual);
  const { network, table, scales, lows } = sentenceEncoder(arraysOf(weights));
  await write(modelFiles.multilingual, network);
  await write(modelFiles.multilingualTable, table);
  await write(modelFiles.multilingualTokenizer, JSON.stringify(tokenizerOf(pieces)));
  await write(modelFiles.manifest, JSON.stringify({ id: modelsId, scales, lows } satisfies Manifest));
}
