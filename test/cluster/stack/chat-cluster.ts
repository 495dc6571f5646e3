import { buildImages, type Images } from '../../images/build-images.ts';
import { startCluster, type Cluster } from '../lab/cluster.ts';
import type { ClusterShape } from '../lab/control-plane.ts';
import { deployStack, type DeployedStack, type StackChoice } from './stack.ts';

/** A cluster whose node has every image of a stack. */
export interface ChatCluster {
  readonly cluster: Cluster;
  readonly images: Images;
  readonly stop: () => Promise<void>;
}

/** Rejects with `Unavailable` where there can be no cluster or no images. */
export async function startChatCluster(shape: ClusterShape = {}): Promise<ChatCluster> {
  const images = await buildImages();
  const cluster = await startCluster(shape);
  const stop = () => cluster.stop();
  const { app, redis, neo4j, qdrant } = images;
  return orStop(stop, async () => {
    for (const { tarPath } of [app, redis, neo4j, qdrant]) await cluster.importImage(tarPath);
    return { cluster, images, stop };
  });
}

/** A cluster with one stack in it, which has answered its first message. */
export async function startChatStack(
  choice: StackChoice,
  shape: ClusterShape = {},
): Promise<ChatCluster & { stack: DeployedStack }> {
  const chat = await startChatCluster(shape);
  return orStop(chat.stop, async () => ({
    ...chat,
    stack: await deployStack(chat, choice),
  }));
}

async function orStop<T>(stop: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await stop();
    throw error;
  }
}
