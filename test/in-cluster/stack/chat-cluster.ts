import { orStop } from '../../servers/or-stop.ts';
import type { ImageRefs } from '../../images/stand-in-stack.ts';
import type { Cluster } from '../../lab/cluster.ts';
import type { ClusterShape } from '../../lab/control-plane.ts';
import { startTarget } from '../target/target.ts';
import { deployStack, type DeployedStack, type StackChoice } from './stack.ts';

/** A cluster whose node has every image of a stack. */
export interface ChatCluster {
  readonly cluster: Cluster;
  readonly images: ImageRefs;
  readonly stop: () => Promise<void>;
}

/**
 * Rejects with `Unavailable` where there can be no cluster or no images.
 * @param shape of the cluster, where it is one of our own.
 */
export async function startChatCluster(shape: ClusterShape = {}): Promise<ChatCluster> {
  const { cluster, images } = await startTarget(shape);
  return { cluster, images, stop: () => cluster.stop() };
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
