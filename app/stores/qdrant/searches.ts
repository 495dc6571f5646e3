import type { QdrantClient } from '@qdrant/js-client-rest';
import { GroupCommit } from '../group-commit.ts';

export type Asked = Parameters<QdrantClient['query']>[1];
export type Filter = NonNullable<Asked['filter']>;
export type Point = Awaited<ReturnType<QdrantClient['query']>>['points'][number];

/** Searches of one request, of at most 100 windows each: their answer is read in a few milliseconds. */
const together = 16;
const atOnce = 2;

/** Searches that wait while others run are asked in one request, which costs as much as some of them. */
export class Searches {
  readonly #client: QdrantClient;
  readonly #ask: <T>(answer: Promise<T>) => Promise<T>;
  /** By collection. */
  readonly #groups = new Map<string, GroupCommit<Asked, Point[]>>();

  /** @param ask bounds an answer in time and puts its errors in words. */
  constructor(client: QdrantClient, ask: <T>(answer: Promise<T>) => Promise<T>) {
    this.#client = client;
    this.#ask = ask;
  }

  /** The points that were asked for: without a `query` those of the filter. */
  run(collection: string, asked: Asked): Promise<Point[]> {
    const known = this.#groups.get(collection);
    const group = known ?? new GroupCommit((all) => this.#together(collection, all), { together, atOnce });
    this.#groups.set(collection, group);
    return group.add(asked);
  }

  /** One that Qdrant refuses does not fail the others. */
  async #together(collection: string, all: readonly Asked[]): Promise<(Point[] | Error)[]> {
    try {
      return await this.#answers(collection, all);
    } catch (error) {
      if (all.length === 1 || !wasRefused(error)) throw error;
      const alone = await Promise.allSettled(all.map((asked) => this.#answers(collection, [asked])));
      return alone.map((one) => (one.status === 'fulfilled' ? (one.value[0] ?? []) : (one.reason as Error)));
    }
  }

  async #answers(collection: string, all: readonly Asked[]): Promise<Point[][]> {
    const answers = await this.#ask(this.#client.queryBatch(collection, { searches: [...all] }));
    return answers.map(({ points }) => points);
  }
}

/** Qdrant answered, and not that the collection is missing, which is so for all. */
const wasRefused = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'status' in error.cause &&
  error.cause.status === 400;
