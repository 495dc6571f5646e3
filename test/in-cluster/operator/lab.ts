import { chatKind } from '../../../contract/chat-kind.ts';
import { operatorImage } from '../../images/app-image.ts';
import { debianImage, nodeImage } from '../../images/base-images.ts';
import type { Image } from '../../images/image.ts';
import { orStop } from '../../servers/or-stop.ts';
import { startChatCluster, type ChatCluster } from '../stack/chat-cluster.ts';
import { deployStack, type Apply, type DeployedStack, type StackChoice } from '../stack/stack.ts';
import { requireOwn } from '../target/borrowed.ts';
import { InstalledOperator } from './installed-operator.ts';

/** A cluster with an operator that its manifests installed, and a stack of a document that is only applied. */
export interface OperatorLab extends ChatCluster {
  readonly operator: InstalledOperator;
  readonly stack: DeployedStack;
}

export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** What the images of programs are built on. */
export const programBase = async (): Promise<Image> => nodeImage(await debianImage(say), say);

/** Rejects with `Unavailable` where there can be no cluster, no images, or only a cluster of others. */
export async function startOperatorLab(choice: StackChoice): Promise<OperatorLab> {
  const image = await operatorImage(await programBase(), say);
  return startLabWith(choice, image, (operator) => operator.install([chatKind], image.ref));
}

/** The same with an operator of an image that is installed in another way. */
export async function startLabWith(
  choice: StackChoice,
  image: Image,
  install: (operator: InstalledOperator) => Promise<void>,
): Promise<OperatorLab> {
  const chat = await startChatCluster();
  const { cluster } = chat;
  return orStop(chat.stop, async () => {
    requireOwn(cluster, 'an operator');
    await cluster.importImage(image.tarPath);
    const operator = new InstalledOperator(cluster);
    await install(operator);
    const stack = await deployStack(chat, choice, byDocument(chat));
    return { ...chat, operator, stack };
  });
}

/** `kubectl apply -f stack.yaml`, into a namespace of its own. */
const byDocument =
  ({ cluster }: ChatCluster): Apply =>
  async ({ stack, kubectl }, { document }) => {
    await cluster.kubectl(['create', 'namespace', stack.namespace]);
    await kubectl(['apply', '-f', document]);
  };
