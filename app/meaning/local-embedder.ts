import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import './no-telemetry.ts';
import { errorText } from '../observability/error-text.ts';
import { threadEntry } from '../thread-entry.ts';
import { askingId } from './asking.ts';
import type { Embedder, Meaning, Text } from './embedder.ts';
import type { EmbedderReply } from './embedder-thread.ts';
import { EmbeddingQueue, type Turn } from './embedding-queue.ts';
import { manifestSchema, modelFiles } from './model-files.ts';

/** Texts that may wait which are no questions: some seconds of work. */
const mostWaiting = 1_000;

/** Texts that the thread has at once: the next one is there when one is done. */
const mostAtOnce = 2;

/** What the thread's tokenizers and language profiles take, and little for garbage. */
const heap = { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 4 };

const entry = threadEntry('embedder-thread', import.meta.url);

/** Whether the models of a folder make vectors that compare with those of an embedder. */
export function areModelsOf(folder: string, id: string): boolean {
  try {
    return modelsOf(idOf(folder)) === modelsOf(id);
  } catch {
    return false;
  }
}

/** The models of a folder, in a thread that is started at once, since opening them takes a second, and again after it ended. */
export class LocalEmbedder implements Embedder {
  readonly id: string;
  readonly judges = true;
  readonly #folder: string;
  readonly #queue = new EmbeddingQueue(mostWaiting);
  readonly #working: Turn[] = [];
  #thread: Worker | undefined;
  #isOpen = false;

  /** @throws Error in words when the folder has no models, or others than this version knows how to read. */
  constructor(folder: string) {
    this.#folder = folder;
    this.id = idOf(folder);
    this.#thread = this.#started();
  }

  async embed(texts: readonly Text[]): Promise<Meaning[]> {
    const all = texts.map((text) => this.#queue.add(text));
    this.#thread ??= this.#started();
    this.#work();
    return Promise.all(all);
  }

  /** The same models, which judged otherwise what asks: their vectors are the same. */
  former(id: string): Embedder | undefined {
    if (modelsOf(id) !== modelsOf(this.id)) return undefined;
    return { id, embed: (texts) => this.embed(texts), close: () => Promise.resolve() };
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#ended(new Error('The embedder was closed.'));
    await thread?.terminate();
  }

  #started(): Worker {
    const thread = new Worker(entry, { workerData: this.#folder, name: 'embedder', resourceLimits: heap });
    thread.unref();
    const ended = (error: Error): void => {
      if (this.#thread === thread) this.#ended(error);
    };
    thread.on('message', (reply: EmbedderReply) => {
      if (this.#thread === thread) this.#replied(reply);
    });
    thread.on('error', ended);
    thread.on('exit', (code) => ended(new Error(`The thread of the embedding models ended with ${code}.`)));
    return thread;
  }

  #replied(reply: EmbedderReply): void {
    if ('id' in reply) this.#isOpen = true;
    else if (!this.#isOpen)
      return this.#ended(new Error(`The embedding models cannot be used: ${errorIn(reply)}`));
    else {
      const turn = this.#working.shift();
      if ('meaning' in reply) turn?.resolve(reply.meaning);
      else turn?.reject(new Error(reply.error));
    }
    this.#work();
  }

  #work(): void {
    while (this.#isOpen && this.#working.length < mostAtOnce) {
      const turn = this.#queue.next();
      if (!turn) return;
      this.#working.push(turn);
      this.#thread?.postMessage(turn.text);
    }
  }

  /** What waits is refused: whoever asked tries again. */
  #ended(error: Error): void {
    this.#thread = undefined;
    this.#isOpen = false;
    for (const { reject } of this.#working.splice(0)) reject(error);
    for (let turn = this.#queue.next(); turn; turn = this.#queue.next()) turn.reject(error);
  }
}

const errorIn = (reply: EmbedderReply): string =>
  'error' in reply ? reply.error : 'it said nothing of them';

const judging = '+asks-';

/** Of the id of an embedder: the models. */
const modelsOf = (id: string): string => id.split(judging)[0] ?? '';

/** Of the models of a folder. @throws Error in words when it has none. */
function idOf(folder: string): string {
  try {
    const { id } = manifestSchema.parse(JSON.parse(readFileSync(join(folder, modelFiles.manifest), 'utf8')));
    return `${id}${judging}${askingId}`;
  } catch (error) {
    throw new Error(`MODEL_DIR ${folder} has no embedding models: ${errorText(error)}`, { cause: error });
  }
}
