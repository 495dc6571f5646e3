import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import './no-telemetry.ts';
import ort from 'onnxruntime-node';
import type { Meaning, Text } from './embedder.ts';
import { LRUCache } from 'lru-cache';
import { forAnswers } from './answer-weights.ts';
import { askingOf } from './asking.ts';
import { dangerOf } from './danger.ts';
import { languageOf } from './language.ts';
import { manifestSchema, modelFiles } from './model-files.ts';
import { tokenizerOf } from './tokenizer.ts';
import { usualLikenessOf } from './usual-likeness.ts';

/** Turns one text into a vector of unit length. */
interface Network {
  vectorOf(text: string): Promise<Float32Array>;
  close(): void;
}

/** One thread each: a core that embeds does not answer. Arenas would keep what one long text took. */
const session: ort.InferenceSession.SessionOptions = {
  ...{ intraOpNumThreads: 1, interOpNumThreads: 1, enableCpuMemArena: false, logSeverityLevel: 3 },
};

type Pieces = ReturnType<typeof tokenizerOf>;

/** The most pieces of a text that are read; texts are cut into windows before. */
const mostPieces = 256;

/** What the second model counts when both do, as in English; in other languages it alone counts. */
const besideMinilm = 0.5;

/** Texts that were read last: a message is looked at for dangers, searched for, and indexed. */
const mostRead = 256;

/** What the models say of a text. */
interface Reading {
  readonly language: string;
  readonly multilingual: Float32Array;
  readonly minilm: Float32Array | undefined;
}

/**
 * Both models as one: the vector of a text is that of the model for English and that of the model for many languages, one
 * behind the other. The first is 0 unless the text is English, and a question's are weighted, so that the product of a
 * question and a text is the sum of what the models that know both languages say. docs/adr/0017 has the figures.
 */
export class Networks {
  readonly id: string;
  readonly #read = new LRUCache<string, Reading>({ max: mostRead });
  readonly #minilm: Network;
  readonly #multilingual: Network;

  private constructor(id: string, minilm: Network, multilingual: Network) {
    this.id = id;
    this.#minilm = minilm;
    this.#multilingual = multilingual;
  }

  /** @throws Error when the folder has no models, or others than this version knows how to read. */
  static async open(folder: string): Promise<Networks> {
    const { id, ...table } = manifestSchema.parse(readJson(folder, modelFiles.manifest));
    return new Networks(id, await Minilm.open(folder), await Multilingual.open(folder, table));
  }

  async meaningOf({ text, isQuestion }: Pick<Text, 'text' | 'isQuestion'>): Promise<Meaning> {
    const { language, minilm, multilingual } = this.#read.get(text) ?? (await this.#readingOf(text));
    const vector = new Float32Array(minilmLength + rowLength);
    vector.set(multilingual, minilmLength);
    if (minilm) vector.set(minilm);
    const meaning = { vector, language, asks: askingOf(text, multilingual), danger: dangerOf(multilingual) };
    if (!isQuestion) return meaning;
    const weighted = vector.slice();
    if (minilm) weighted.set(scaled(multilingual, besideMinilm), minilmLength);
    const usual = usualLikenessOf(multilingual, minilm);
    return { ...meaning, vector: weighted, forAnswers: forAnswers(vector), usual };
  }

  async #readingOf(text: string): Promise<Reading> {
    const language = languageOf(text);
    const multilingual = await this.#multilingual.vectorOf(text);
    const minilm = language === 'en' ? await this.#minilm.vectorOf(text) : undefined;
    const reading = { language, multilingual, minilm };
    this.#read.set(text, reading);
    return reading;
  }

  close(): void {
    this.#minilm.close();
    this.#multilingual.close();
  }
}

const minilmLength = 384;
const rowLength = 512;

const scaled = (vector: Float32Array, by: number): Float32Array => vector.map((one) => one * by);

const readJson = (folder: string, file: string): unknown =>
  JSON.parse(readFileSync(join(folder, file), 'utf8'));

/** all-MiniLM-L6-v2: the mean of its last layer over the pieces. */
class Minilm implements Network {
  readonly #session: ort.InferenceSession;
  readonly #piecesOf: Pieces;

  private constructor(opened: ort.InferenceSession, piecesOf: Pieces) {
    this.#session = opened;
    this.#piecesOf = piecesOf;
  }

  static async open(folder: string): Promise<Minilm> {
    const opened = await ort.InferenceSession.create(join(folder, modelFiles.minilm), session);
    return new Minilm(opened, tokenizerOf(join(folder, modelFiles.minilmTokenizer)));
  }

  async vectorOf(text: string): Promise<Float32Array> {
    const pieces = this.#piecesOf(text).slice(0, mostPieces);
    const tensor = (value: (piece: number) => number): ort.Tensor =>
      new ort.Tensor(
        'int64',
        BigInt64Array.from(pieces, (piece) => BigInt(value(piece))),
        [1, pieces.length],
      );
    const { last_hidden_state: layer } = await this.#session.run({
      input_ids: tensor((piece) => piece),
      attention_mask: tensor(() => 1),
      token_type_ids: tensor(() => 0),
    });
    return unit(sumOfRows(layer?.data as Float32Array, pieces.length));
  }

  close(): void {
    void this.#session.release();
  }
}

interface Table {
  readonly scales: readonly number[];
  readonly lows: readonly number[];
}

/** Marks the begin and the end of a text. */
const [begin, end] = [1, 2];

/** universal-sentence-encoder-multilingual 3. Of its table of 65 MB only the rows of a text are read. */
class Multilingual implements Network {
  readonly #session: ort.InferenceSession;
  readonly #piecesOf: Pieces;
  readonly #table: Table;
  readonly #file: number;

  private constructor(opened: ort.InferenceSession, piecesOf: Pieces, table: Table, file: number) {
    this.#session = opened;
    this.#piecesOf = piecesOf;
    this.#table = table;
    this.#file = file;
  }

  static async open(folder: string, table: Table): Promise<Multilingual> {
    const opened = await ort.InferenceSession.create(join(folder, modelFiles.multilingual), session);
    const tokenizer = tokenizerOf(join(folder, modelFiles.multilingualTokenizer));
    return new Multilingual(
      opened,
      tokenizer,
      table,
      openSync(join(folder, modelFiles.multilingualTable), 'r'),
    );
  }

  async vectorOf(text: string): Promise<Float32Array> {
    const pieces = [begin, ...this.#piecesOf(text).slice(0, mostPieces), end];
    const rows = Float32Array.from(pieces.flatMap((piece) => [...this.#rowOf(piece)]));
    const { meaning } = await this.#session.run({
      embeddings: new ort.Tensor('float32', rows, [pieces.length, rowLength]),
      count: new ort.Tensor('float32', [pieces.length], [1]),
      scale: new ort.Tensor('float32', [1 / Math.sqrt(pieces.length)], [1]),
    });
    return unit(meaning?.data as Float32Array);
  }

  close(): void {
    void this.#session.release();
    closeSync(this.#file);
  }

  #rowOf(piece: number): Float32Array {
    const { scales, lows } = this.#table;
    const bytes = new Uint8Array(rowLength);
    readSync(this.#file, bytes, 0, rowLength, piece * rowLength);
    const [scale = 0, low = 0] = [scales[piece % scales.length], lows[piece % lows.length]];
    return Float32Array.from(bytes, (byte) => byte * scale + low);
  }
}

/** Of a matrix of so many rows. */
function sumOfRows(matrix: Float32Array, rows: number): Float32Array {
  const length = matrix.length / rows;
  const sum = new Float32Array(length);
  for (let at = 0; at < matrix.length; at++) sum[at % length] = (sum[at % length] ?? 0) + (matrix[at] ?? 0);
  return sum;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((one) => one / length);
}
