import type { Env } from '../../contract/backend-env.ts';
import { embedder } from '../llm/embeddings.ts';
import type { Embedder } from './embedder.ts';
import { areModelsOf, LocalEmbedder } from './local-embedder.ts';

/** What the process needs for the models beside everything else; with less the container would be killed. */
const roomMebibytes = 480;

export interface Surroundings {
  readonly warn: (what: string, error: unknown) => void;
  /** Bytes that the process may use; 0 where there is no limit. */
  readonly memoryLimit?: number;
}

/** The embedder that the environment configures: an endpoint, else models beside the app. None: search is by words only. */
export function embedderFromEnv(
  env: Env,
  { warn, memoryLimit = process.constrainedMemory() }: Surroundings,
): Embedder | undefined {
  if (env.EMBEDDINGS_BASE_URL !== undefined)
    return besideLocal(
      embedder({
        baseUrl: env.EMBEDDINGS_BASE_URL,
        model: env.EMBEDDINGS_MODEL,
        apiKey: env.EMBEDDINGS_API_KEY,
        timeout: env.STORE_TIMEOUT,
      }),
      env.MODEL_DIR,
      memoryLimit,
    );
  if (env.MODEL_DIR === undefined) return undefined;
  try {
    if (!hasRoom(memoryLimit))
      throw new Error(
        `the memory limit is ${Math.floor(memoryLimit / 2 ** 20)} MiB, the embedding models need ${roomMebibytes} MiB. Raise the limit of the container.`,
      );
    return new LocalEmbedder(env.MODEL_DIR);
  } catch (error) {
    warn('Search is by words only', error);
    return undefined;
  }
}

const hasRoom = (memoryLimit: number): boolean => memoryLimit === 0 || memoryLimit >= roomMebibytes * 2 ** 20;

/** The image has models of its own, which may have been in use until the endpoint was configured. */
function besideLocal(endpoint: Embedder, folder: string | undefined, memoryLimit: number): Embedder {
  const local = (id: string): Embedder | undefined => {
    if (folder === undefined || !hasRoom(memoryLimit) || !areModelsOf(folder, id)) return undefined;
    const models = new LocalEmbedder(folder);
    return { id, embed: (texts) => models.embed(texts), close: () => models.close() };
  };
  return { ...endpoint, former: (id) => endpoint.former?.(id) ?? local(id) };
}
