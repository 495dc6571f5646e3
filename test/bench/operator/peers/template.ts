import { renderStack, type Manifest } from '../../../../charts-ts/render.ts';
import { newSecretValue } from '../../../../charts-ts/secrets.ts';
import { chatKind } from '../../../../contract/chat-kind.ts';
import { generatedSecretKeys } from '../../../../model/environment.ts';
import { readAnyDocument } from '../../../../model/kinds.ts';
import { chatStackIn } from '../../../apiserver/operator/lab.ts';

/** What stands in the template for a stack's own name and namespace. */
export const placeholders = { name: 'peer-name', namespace: 'peer-namespace' } as const;

/** The objects of a stack of the staging preset, its Secret too, as the operator applies them but without gates. */
export function templateObjects(): readonly Manifest[] {
  const { name, namespace } = placeholders;
  const raw = chatStackIn(namespace, { preset: 'staging' }, name);
  const stack = chatKind.stack(readAnyDocument([chatKind], raw, 'the template').document as never);
  const keys = generatedSecretKeys(stack).map(({ key }) => [key, newSecretValue()]);
  return renderStack(stack, {
    namespace: false,
    secretValues: Object.fromEntries(keys) as Record<string, string>,
  });
}
