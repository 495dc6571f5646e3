import { appImage } from './app-image.ts';
import { debianImage, nodeImage } from './base-images.ts';
import type { Image } from './image.ts';
import { neo4jImage, qdrantImage, redisImage } from './store-images.ts';

export interface Images {
  app: Image;
  redis: Image;
  neo4j: Image;
  qdrant: Image;
  /** Of the app's archive and of its base's, uncompressed. */
  appBytes: number;
  baseBytes: number;
}

type Log = (line: string) => void;
const tell: Log = (line) => process.stderr.write(`${line}\n`);

/** Stand-ins of the stores' images; see each one's Dockerfile. Rejects with `Unavailable` where none can be built. */
export async function buildStoreImages(log = tell): Promise<Pick<Images, 'redis' | 'neo4j' | 'qdrant'>> {
  const debian = await debianImage(log);
  // One after the other: each build is busy with this machine's few cores by itself.
  return {
    redis: await redisImage(debian, log),
    neo4j: await neo4jImage(debian, log),
    qdrant: await qdrantImage(debian, log),
  };
}

/** Every image a stack runs. */
export async function buildImages(log = tell): Promise<Images> {
  const stores = await buildStoreImages(log);
  const base = await nodeImage(await debianImage(log), log);
  const app = await appImage(base, log);
  return { app, ...stores, appBytes: app.bytes, baseBytes: base.bytes };
}
