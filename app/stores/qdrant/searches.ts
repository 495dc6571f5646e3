import type { QdrantClient } from '@qdrant/js-client-rest';
import { GroupCommit } from '../group-commit.ts';

export type Asked = Parameters<QdrantClient['query']>[1];
export type Filter = NonNullable<Asked['filter']>;
export type Point = Awaited<ReturnType<QdrantClient['query']>>['points'][number];
export type Search = (collection: string, asked: Asked) => Promise<Point[]>;

/** Searches of one request: the largest answer, of as many windows of the longest words, has 5 MB. */
const together = 8;
const atOnce = 2;

interface Parts {
  readonly client: QdrantClient;
  /** Bounds an answer in time and puts its errors in words. */
  readonly ask: <T>(answer: Promise<T>) => Promise<T>;
  /** Milliseconds that a search waits for others. */
  readonly patienceMs: number;
}

/** How points are asked for: without a `query` those of the filter. */
export class Searches {
  readonly #parts: Parts;
  /** By collection. */
  readonly #groups = new Map<string, GroupCommit<Asked, Point[]>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** In a request of its own: what may take long keeps nobody waiting. */
  readonly alone: Search = async (collection, asked) => (await this.#answers(collection, [asked]))[0] ?? [];

  /** In one request with what waits while others run: a request costs as much as some searches of little. */
  readonly together: Search = (collection, asked) => {
    const { patienceMs } = this.#parts;
    const known = this.#groups.get(collection);
    const group =
      known ?? new GroupCommit((all) => this.#commit(collection, all), { together, atOnce, patienceMs });
    this.#groups.set(collection, group);
    return group.add(asked);
  };

  /** One that Qdrant refuses does not fail the others. */
  async #commit(collection: string, all: readonly Asked[]): Promise<(Point[] | Error)[]> {
    try {
      return await this.#answers(collection, all);
    } catch (error) {
      if (all.length === 1 || !wasAnswered(error)) throw error;
      const alone = await Promise.allSettled(all.map((asked) => this.alone(collection, asked)));
      return alone.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error)));
    }
  }

  async #answers(collection: string, all: readonly Asked[]): Promise<Point[][]> {
    const { client, ask } = this.#parts;
    const answers = await ask(client.queryBatch(collection, { searches: [...all] }));
    return answers.map(({ points }) => points);
  }
}

/** Qdrant is there, and says that something is wrong with what was asked. */
const wasAnswered = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && 'status' in error.cause;
