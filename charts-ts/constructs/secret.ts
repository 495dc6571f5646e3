import { k8s } from 'cdk8s-plus-27';
import { generatedSecretKeys, stackSecretName } from '../../model/environment.ts';
import type { Site } from '../options.ts';
import { metadataOf } from './metadata.ts';

/**
 * The stack's own Secret, with exactly the keys the stack generates. Immutable: a store whose volume knows the old
 * value would refuse every client with a new one. Without an owner: it must live as long as the volumes.
 * @throws RangeError when `values` lacks a key.
 */
export function addSecret({ chart, stack, options }: Site, values: Readonly<Record<string, string>>): void {
  const encoded = generatedSecretKeys(stack).map(({ key }): [string, string] => {
    const value = values[key];
    if (value === undefined || value === '')
      throw new RangeError(`The Secret of stack "${stack.name}" needs a value for "${key}"; none was given.`);
    return [key, Buffer.from(value).toString('base64')];
  });
  new k8s.KubeSecret(chart, 'secret', {
    metadata: metadataOf(
      { chart, stack, options: { ...options, ownerReferences: [] } },
      stackSecretName(stack),
    ),
    type: 'Opaque',
    immutable: true,
    data: Object.fromEntries(encoded),
  });
}
