import { createHash, randomUUID } from 'node:crypto';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';

/** The vector of a point: of words (sparse), or of meaning (dense). */
export const vectorName = 'window';

/** A point without patient, so that it is part of every snapshot. */
export const stampPoint = '00000000-0000-0000-0000-000000000001';
const stampSchema = z.object({ indexId: z.string() });

/** What a collection holds. */
type Kind = { readonly words: true } | { readonly dimension: number };

/** The collection of the windows' words. */
export const wordsOf = (collection: string): string => `${collection}-words`;

/** The collection of their vectors, one of each embedder: those of two cannot be compared. */
export function meaningsOf(collection: string, embedder: string): string {
  return `${collection}-meanings-${createHash('sha256').update(embedder).digest('hex').slice(0, 12)}`;
}

/** Creates a collection when it is missing. @returns its id; one that is created again has another. */
export async function openCollection(client: QdrantClient, name: string, kind: Kind): Promise<string> {
  const { exists } = await client.collectionExists(name);
  if (!exists) await create(client, name, kind);
  const id = await idOf(client, name);
  if (id !== undefined) return id;
  await refuseForeign(client, name);
  return stamp(client, name);
}

/** Points without a stamp are another program's, unless another replica has written both meanwhile. */
async function refuseForeign(client: QdrantClient, name: string): Promise<void> {
  const { count } = await client.count(name, { exact: true });
  if (count === 0 || (await idOf(client, name)) !== undefined) return;
  throw new Error(
    `The collection "${name}" is another program's: ${count} points, and no stamp of this app. Set QDRANT_COLLECTION to another name`,
  );
}

/** The id of a collection; none when it is missing. */
export async function knownId(client: QdrantClient, name: string): Promise<string | undefined> {
  const { exists } = await client.collectionExists(name);
  return exists ? idOf(client, name) : undefined;
}

async function create(client: QdrantClient, name: string, kind: Kind): Promise<void> {
  try {
    await client.createCollection(
      name,
      'words' in kind
        ? { vectors: {}, sparse_vectors: { [vectorName]: {} } }
        : { vectors: { [vectorName]: { size: kind.dimension, distance: 'Dot' } } },
    );
  } catch (error) {
    // Another replica may have created it meanwhile.
    if (!(await client.collectionExists(name)).exists) throw error;
  }
  await client.createPayloadIndex(name, {
    field_name: 'patientId',
    field_schema: { type: 'keyword', is_tenant: true },
    wait: true,
  });
  if (!('words' in kind)) return;
  for (const field of ['terms', 'embeddedIn'])
    await client.createPayloadIndex(name, { field_name: field, field_schema: 'keyword', wait: true });
  await client.createPayloadIndex(name, { field_name: 'part', field_schema: 'integer', wait: true });
}

async function idOf(client: QdrantClient, name: string): Promise<string | undefined> {
  const [point] = await client.retrieve(name, { ids: [stampPoint], with_payload: true });
  return point && stampSchema.safeParse(point.payload).data?.indexId;
}

/** Gives a collection another id. */
export async function stamp(client: QdrantClient, name: string): Promise<string> {
  const payload = { indexId: randomUUID() };
  await client.upsert(name, { wait: true, points: [{ id: stampPoint, vector: {}, payload }] });
  return (await idOf(client, name)) ?? payload.indexId;
}
