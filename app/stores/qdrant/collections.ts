import { createHash, randomUUID } from 'node:crypto';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';

/** The vector of a point: of words (sparse), or of meaning (dense). */
export const vectorName = 'window';

/** A point without patient, so that it is part of every snapshot. */
export const stampPoint = '00000000-0000-0000-0000-000000000001';
const stampSchema = z.object({
  indexId: z.string(),
  /** Of vectors: their embedder, whether each window had one once, and when a process last said that it uses them. */
  embedder: z.string().optional(),
  isWhole: z.boolean().optional(),
  usedAt: z.iso.datetime().optional(),
});
export type Stamp = z.infer<typeof stampSchema>;

/** What a collection holds. */
type Kind = { readonly words: true } | { readonly dimension: number; readonly embedder: string };

/** The collection of the windows' words. */
export const wordsOf = (collection: string): string => `${collection}-words`;

/** The collection of their vectors, one of each embedder: those of two cannot be compared. */
export const meaningsOf = (collection: string, embedder: string): string =>
  `${collection}-meanings-${shortHash(embedder)}`;

/** Where a window's words say in which collection of an embedder its vector is: each replica writes that of its own. */
export const markOf = (embedder: string): string => `embeddedIn_${shortHash(embedder)}`;

/** Where earlier versions say so, of the embedder that came last. */
export const sharedMark = 'embeddedIn';

const shortHash = (embedder: string): string =>
  createHash('sha256').update(embedder).digest('hex').slice(0, 12);

/** A collection of vectors that there is. */
export interface MeaningsCollection {
  readonly name: string;
  readonly mark: string;
  readonly stamp: Stamp;
}

/** The collections of vectors that belong to those of the words. */
export async function meaningsCollections(
  client: QdrantClient,
  collection: string,
): Promise<MeaningsCollection[]> {
  const { collections } = await client.getCollections();
  const prefix = meaningsOf(collection, '').slice(0, -shortHash('').length);
  const hashes = collections.flatMap(({ name }) => {
    const hash = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    return /^[0-9a-f]{12}$/.test(hash) ? [hash] : [];
  });
  const found = await Promise.all(
    hashes.map(async (hash) => {
      const name = `${prefix}${hash}`;
      return { name, mark: `embeddedIn_${hash}`, stamp: await stampOf(client, name) };
    }),
  );
  return found.flatMap(({ stamp, ...one }) => (stamp ? [{ ...one, stamp }] : []));
}

/** Says more of a collection. */
export async function note(
  client: QdrantClient,
  name: string,
  payload: Partial<Omit<Stamp, 'indexId'>>,
): Promise<void> {
  await client.setPayload(name, { wait: true, payload, points: [stampPoint] });
}

/** Creates a collection when it is missing. @returns its id; one that is created again has another. */
export async function openCollection(client: QdrantClient, name: string, kind: Kind): Promise<string> {
  const { exists } = await client.collectionExists(name);
  if (!exists) await create(client, name, kind);
  const id = await idOf(client, name);
  if (id !== undefined) return id;
  await refuseForeign(client, name);
  return stamp(client, name, 'embedder' in kind ? kind.embedder : undefined);
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

/** What is said of a collection; nothing where it is gone. */
async function stampOf(client: QdrantClient, name: string): Promise<Stamp | undefined> {
  try {
    const [point] = await client.retrieve(name, { ids: [stampPoint], with_payload: true });
    return point && stampSchema.safeParse(point.payload).data;
  } catch (error) {
    if ((await client.collectionExists(name)).exists) throw error;
    return undefined;
  }
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
  for (const field of ['terms', sharedMark]) await indexField(client, name, field);
  await client.createPayloadIndex(name, { field_name: 'part', field_schema: 'integer', wait: true });
}

/** Filters by a field are then quick. */
export async function indexField(client: QdrantClient, name: string, field: string): Promise<void> {
  await client.createPayloadIndex(name, { field_name: field, field_schema: 'keyword', wait: true });
}

async function idOf(client: QdrantClient, name: string): Promise<string | undefined> {
  const [point] = await client.retrieve(name, { ids: [stampPoint], with_payload: true });
  return point && stampSchema.safeParse(point.payload).data?.indexId;
}

/** Gives a collection another id. @param embedder whose vectors it holds, if it holds any. */
export async function stamp(client: QdrantClient, name: string, embedder?: string): Promise<string> {
  const ofVectors =
    embedder === undefined ? {} : { embedder, isWhole: false, usedAt: new Date().toISOString() };
  const payload: Stamp = { indexId: randomUUID(), ...ofVectors };
  await client.upsert(name, { wait: true, points: [{ id: stampPoint, vector: {}, payload }] });
  return (await idOf(client, name)) ?? payload.indexId;
}
