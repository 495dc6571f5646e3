import { createHash } from 'node:crypto';
import { QdrantClient } from '@qdrant/js-client-rest';
import { LRUCache } from 'lru-cache';
import { hostInUrl } from '../../../model/host-in-url.ts';
import type { Env } from '../../../contract/backend-env.ts';
import { qdrantName } from '../../../contract/services/qdrant.ts';
import { withTimeLimit } from '../../../model/time-limit.ts';
import { asksFrom, endsAsking, isAsking, isSurelyAsking, surelyAsksFrom } from '../../meaning/asking.ts';
import { termsOf } from '../../memory/recall/terms.ts';
import { windowsOf } from '../../memory/recall/windows.ts';
import { errorText } from '../../observability/error-text.ts';
import type { Embedded, Fact, Hit, MeaningsHeld, Query, SearchIndex, Unembedded } from '../types.ts';
import {
  indexField,
  knownId,
  markOf,
  meaningsCollections,
  meaningsOf,
  note,
  openCollection,
  sharedMark,
  stamp,
  stampPoint,
  vectorName,
  wordsOf,
} from './collections.ts';
import { searchPatient, type Questions } from './patient-search.ts';
import { Searches, type Filter } from './searches.ts';
import { termVector } from './sparse-vector.ts';
import { windowSchema, type Window } from './window.ts';

type QdrantEnv = Pick<
  Env,
  'QDRANT_HOST' | 'QDRANT_PORT' | 'QDRANT_API_KEY' | 'QDRANT_COLLECTION' | 'QDRANT_TLS' | 'STORE_TIMEOUT'
>;

/** Patients who told much that are kept in mind. */
const mostKnown = 10_000;

/** Milliseconds for which vectors that no process uses are kept: for a rollout that is taken back. */
const keptMs = 24 * 3_600_000;

/** Search in Qdrant, by words and by meaning: a point a window in a collection of each. */
export class QdrantSearchIndex implements SearchIndex {
  readonly name = qdrantName;
  readonly #client: QdrantClient;
  readonly #env: QdrantEnv;
  readonly #words: string;
  #id: string | undefined;
  #opening: Promise<string> | undefined;
  /** By mark: the id of the collection of words in which it is indexed. */
  readonly #indexed = new Map<string, string>();
  readonly #now: () => number;
  readonly #questions: Questions;

  /** @param now milliseconds since 1970. */
  constructor(env: QdrantEnv, now: () => number = Date.now) {
    this.#env = env;
    this.#now = now;
    this.#words = wordsOf(env.QDRANT_COLLECTION);
    this.#client = new QdrantClient({
      // The client takes what follows the last colon for a port.
      host: hostInUrl(env.QDRANT_HOST),
      port: env.QDRANT_PORT,
      https: env.QDRANT_TLS,
      timeout: env.STORE_TIMEOUT,
      checkCompatibility: false,
      headers: {
        // Qdrant takes 40 ms to compress an answer that the network between pods carries in one.
        'accept-encoding': 'identity',
        // As a header: given as `apiKey` without TLS, which is usual inside a cluster, the client prints a warning.
        ...(env.QDRANT_API_KEY === undefined ? {} : { 'api-key': env.QDRANT_API_KEY }),
      },
    });
    this.#questions = {
      searches: new Searches({
        client: this.#client,
        ask: (answer) => this.#ask(answer),
        patienceMs: env.STORE_TIMEOUT,
      }),
      count: (collection, filter) => this.#count(collection, filter),
      toldMuch: new LRUCache({ max: mostKnown }),
      isThere: async (collection) => (await this.#ask(knownId(this.#client, collection))) !== undefined,
    };
  }

  async connect(): Promise<void> {
    await this.#open();
  }

  async close(): Promise<void> {
    this.#id = undefined;
  }

  async id(): Promise<string> {
    return this.#id ?? this.#open();
  }

  /** Asks for the id again, once for all who wait for it; meanwhile the one that is known is used. */
  #open(): Promise<string> {
    this.#opening ??= this.#write(openCollection(this.#client, this.#words, { words: true }))
      .then((id) => (this.#id = id))
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async add(facts: readonly Fact[]): Promise<void> {
    if (facts.length === 0) return;
    await this.id();
    const points = facts.flatMap((fact) =>
      windowsOf(fact.text).map((text, at) => {
        const terms = termsOf(text);
        const payload: Window = {
          ...{ patientId: fact.patientId, factId: fact.id, text },
          ...{ asks: endsAsking(text), language: '' },
        };
        return {
          id: pointId(fact, at),
          vector: { [vectorName]: { ...termVector(terms) } },
          payload: { ...payload, part: at, terms: [...new Set(terms)] },
        };
      }),
    );
    await this.#write(this.#client.upsert(this.#words, { wait: true, points }));
  }

  async held(): Promise<number> {
    await this.id();
    return this.#count(this.#words, { must: [{ key: 'part', match: { value: 0 } }] });
  }

  async proveWritable(): Promise<void> {
    const payload = { writtenAt: new Date().toISOString() };
    await this.#write(this.#client.setPayload(this.#words, { wait: true, payload, points: [stampPoint] }));
  }

  async renew(): Promise<void> {
    this.#id = await this.#write(stamp(this.#client, this.#words));
  }

  async renewLostMeanings(embedder: string): Promise<void> {
    const name = this.#meanings(embedder);
    const embeddedIn = await this.#ask(knownId(this.#client, name));
    if (embeddedIn === undefined) return;
    const marked = await this.#count(this.#words, { should: marksOf(embedder, embeddedIn) });
    const held = await this.#count(name, { must_not: [{ has_id: [stampPoint] }] });
    if (held < marked) await this.#write(stamp(this.#client, name, embedder));
  }

  async unembedded(embedder: string, limit: number): Promise<Unembedded[]> {
    await this.id();
    const embeddedIn = await this.#ask(knownId(this.#client, this.#meanings(embedder)));
    const known = embeddedIn === undefined ? [] : marksOf(embedder, embeddedIn);
    const filter = { must_not: [{ has_id: [stampPoint] }, ...known] };
    const { points } = await this.#ask(
      this.#client.scroll(this.#words, { filter, limit, with_payload: true }),
    );
    return points.map(({ id, payload }) => {
      const { patientId, text } = windowSchema.parse(payload);
      return { window: String(id), patientId, text };
    });
  }

  async meaningsHeld(embedder: string): Promise<MeaningsHeld> {
    const own = this.#meanings(embedder);
    const all = await this.#ask(meaningsCollections(this.#client, this.#env.QDRANT_COLLECTION));
    // What an earlier version wrote says no more than that it is there.
    const others = all.filter(({ name, stamp: { isWhole = true } }) => name !== own && isWhole);
    return {
      isWhole: all.some(({ name, stamp: { isWhole } }) => name === own && isWhole === true),
      others: others.map(({ name, stamp: { embedder: id = name } }) => id),
    };
  }

  async markWhole(embedder: string): Promise<void> {
    const name = this.#meanings(embedder);
    if ((await this.#ask(knownId(this.#client, name))) === undefined) return;
    await this.#write(note(this.#client, name, { embedder, isWhole: true }));
  }

  /** Another replica may use what this one does not: it says so as long as it does. */
  async keepMeanings(embedder: string): Promise<void> {
    const own = this.#meanings(embedder);
    const all = await this.#ask(meaningsCollections(this.#client, this.#env.QDRANT_COLLECTION));
    const isWhole = all.some(({ name, stamp: { isWhole: itIs } }) => name === own && itIs === true);
    for (const {
      name,
      mark,
      stamp: { usedAt },
    } of all) {
      // Until its own are whole, this process may search any of them.
      const isUsed = name === own || !isWhole || usedAt === undefined;
      if (isUsed)
        await this.#write(note(this.#client, name, { usedAt: new Date(this.#now()).toISOString() }));
      else if (this.#now() - Date.parse(usedAt) > keptMs) await this.#drop(name, mark);
    }
  }

  async #drop(meanings: string, mark: string): Promise<void> {
    await this.#write(this.#client.deleteCollection(meanings));
    await this.#write(this.#client.deletePayloadIndex(this.#words, mark, { wait: true }));
  }

  async addMeanings(embedder: string, embedded: readonly Embedded[]): Promise<void> {
    const [first] = embedded;
    if (!first) return;
    const name = this.#meanings(embedder);
    const dimension = first.meaning.vector.length;
    const embeddedIn = await this.#write(openCollection(this.#client, name, { dimension, embedder }));
    const mark = await this.#indexedMark(embedder);
    const ids = embedded.map(({ window }) => window);
    const said = await this.#ask(this.#client.retrieve(this.#words, { ids, with_payload: true }));
    const windows = new Map(said.map(({ id, payload }) => [String(id), windowSchema.parse(payload)]));
    const points = embedded.flatMap(({ window: id, meaning: { vector, language, asks } }) => {
      const window = windows.get(id);
      const payload = window && { ...window, language, asks: asks ?? window.asks };
      return payload ? [{ id, vector: { [vectorName]: [...vector] }, payload }] : [];
    });
    if (points.length > 0) await this.#write(this.#client.upsert(name, { wait: true, points }));
    // Whether each asks, is known better now.
    for (const asks of [0, asksFrom, surelyAsksFrom]) {
      const alike = points.flatMap(({ id, payload }) => (leastLike(payload.asks) === asks ? [id] : []));
      const payload = { [mark]: embeddedIn, asks };
      if (alike.length > 0)
        await this.#write(this.#client.setPayload(this.#words, { wait: true, payload, points: alike }));
    }
  }

  async #indexedMark(embedder: string): Promise<string> {
    const mark = markOf(embedder);
    const id = await this.id();
    if (this.#indexed.get(mark) !== id) await this.#write(indexField(this.#client, this.#words, mark));
    this.#indexed.set(mark, id);
    return mark;
  }

  async search(patientId: string, query: Query): Promise<Hit[]> {
    await this.id();
    const meanings = this.#meanings(query.asked?.embedder ?? '');
    return searchPatient(this.#questions, { patientId, words: this.#words, meanings }, query);
  }

  async #count(collection: string, filter: Filter): Promise<number> {
    return (await this.#ask(this.#client.count(collection, { filter, exact: true }))).count;
  }

  #meanings(embedder: string): string {
    return meaningsOf(this.#env.QDRANT_COLLECTION, embedder);
  }

  /** @throws Error in words where the key may only read. */
  async #write<T>(answer: Promise<T>): Promise<T> {
    const told = answer.catch((error: unknown) => {
      throw isForbidden(error) ? new Error(this.#readOnly) : error;
    });
    return this.#ask(told);
  }

  get #readOnly(): string {
    return `The key in QDRANT_API_KEY may only read; one that may write the collections "${this.#env.QDRANT_COLLECTION}-…" is needed`;
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    const { QDRANT_HOST, QDRANT_PORT, STORE_TIMEOUT } = this.#env;
    const tooLate = `Qdrant at ${QDRANT_HOST}:${QDRANT_PORT} did not answer within ${STORE_TIMEOUT} ms`;
    try {
      return await withTimeLimit(answer, STORE_TIMEOUT, tooLate);
    } catch (error) {
      // The collection may have been removed or replaced by the next request.
      this.#id = undefined;
      throw new Error(errorText(error), { cause: error });
    }
  }
}

/** Conditions of which one is true of a window that has a vector in this collection of an embedder. */
const marksOf = (embedder: string, embeddedIn: string): object[] =>
  [markOf(embedder), sharedMark].map((key) => ({ key, match: { value: embeddedIn } }));

/** A wrong key is answered 401. */
const isForbidden = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && error.status === 403;

/** The least of those that are taken for asking in the same way. */
function leastLike(asks: number): number {
  if (isSurelyAsking(asks)) return surelyAsksFrom;
  return isAsking(asks) ? asksFrom : 0;
}

/** The id of a window's point: the same for the same window, different for different patients. */
function pointId({ patientId, id }: Fact, at: number): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([patientId, id, at]))
    .digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
