import { chatStack } from '../../contract/chat-stack.ts';
import { generatedSecretKeys } from '../../model/environment.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { renderStack, type Manifest } from '../../charts-ts/render.ts';

/** What a store's own workload needs of a stack: its objects as they are rendered, the Namespace and the Secret. */
export function storeObjects(document: object, store: string, password: string): Manifest[] {
  const stack = chatStack(readChatStack(document, 'the test'));
  const secretValues = Object.fromEntries(generatedSecretKeys(stack).map(({ key }) => [key, password]));
  return renderStack(stack, { secretValues }).filter(
    ({ kind, metadata }) =>
      kind === 'Namespace' || kind === 'Secret' || metadata.labels?.['app.kubernetes.io/name'] === store,
  );
}
