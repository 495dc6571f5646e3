import { randomUUID } from 'node:crypto';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';
import type { Embedder } from './embedder.ts';

/** Names of the vectors of a point: sparse by BM25, dense by the embedder. */
export const wordVector = 'bm25';
export const meaningVector = 'meaning';

/** What a collection was created for. Stored in a point without patient, so that it is part of every snapshot. */
const stampSchema = z.object({
  /** Id of this collection; a collection that is created again has another. */
  indexId: z.string(),
  /** The embedder of its dense vectors; null: it has none. */
  embedder: z.string().nullable(),
  dimension: z.int().nullable(),
});
export type Stamp = z.infer<typeof stampSchema>;

const stampPoint = '00000000-0000-0000-0000-000000000001';

/**
 * Creates the collection when it is missing and reads what it was created for.
 * @throws Error when it holds vectors of another embedder than the one configured.
 */
export async function openCollection(
  client: QdrantClient,
  name: string,
  embedder: Embedder | undefined,
): Promise<Stamp> {
  const { exists } = await client.collectionExists(name);
  if (!exists) await create(client, name, embedder);
  const stamp = (await readStamp(client, name)) ?? (await writeStamp(client, name, embedder));
  refuseMix(name, stamp, embedder);
  return stamp;
}

async function create(client: QdrantClient, name: string, embedder: Embedder | undefined): Promise<void> {
  const size = await dimensionOf(embedder);
  try {
    await client.createCollection(name, {
      vectors: size === null ? {} : { [meaningVector]: { size, distance: 'Cosine' } },
      sparse_vectors: { [wordVector]: { modifier: 'idf' } },
    });
  } catch (error) {
    // Another replica may have created it meanwhile.
    if (!(await client.collectionExists(name)).exists) throw error;
  }
  await client.createPayloadIndex(name, {
    field_name: 'patientId',
    field_schema: { type: 'keyword', is_tenant: true },
    wait: true,
  });
}

async function readStamp(client: QdrantClient, name: string): Promise<Stamp | undefined> {
  const [point] = await client.retrieve(name, { ids: [stampPoint], with_payload: true });
  return point === undefined ? undefined : stampSchema.parse(point.payload);
}

async function writeStamp(
  client: QdrantClient,
  name: string,
  embedder: Embedder | undefined,
): Promise<Stamp> {
  const payload: Stamp = {
    indexId: randomUUID(),
    embedder: embedder?.id ?? null,
    dimension: await dimensionOf(embedder),
  };
  await client.upsert(name, { wait: true, points: [{ id: stampPoint, vector: {}, payload }] });
  return (await readStamp(client, name)) ?? payload;
}

async function dimensionOf(embedder: Embedder | undefined): Promise<number | null> {
  if (embedder === undefined) return null;
  const [vector] = await embedder.embed(['dimension']);
  if (vector === undefined || vector.length === 0)
    throw new Error(
      `The embedder ${embedder.id} answered without a vector; its dimension must be known first.`,
    );
  return vector.length;
}

function refuseMix(name: string, stamp: Stamp, embedder: Embedder | undefined): void {
  const wanted = embedder?.id ?? null;
  if (stamp.embedder === wanted) return;
  throw new Error(
    `The collection "${name}" holds ${made(stamp.embedder)}, but ${made(wanted)} are configured; the two cannot be mixed. ` +
      'Set QDRANT_COLLECTION to a new name, which is then filled from the record, or configure the embeddings as they were.',
  );
}

const made = (embedder: string | null): string =>
  embedder === null ? 'words without embeddings' : `vectors of ${embedder}`;
