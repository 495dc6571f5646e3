import { AssertionError } from 'node:assert';
import { renderStack } from '../charts-ts/render.ts';
import { newSecretValue } from '../charts-ts/secrets.ts';
import { stringifyManifests } from '../charts-ts/yaml.ts';
import { generatedSecretKeys } from '../model/environment.ts';
import { readAnyDocument } from '../model/kinds.ts';
import type { Stack } from '../model/stack.ts';
import type { StackKind } from '../model/stack-kind.ts';
import { findingText } from '../proof/findings.ts';
import { verifyManifests } from '../proof/packs/verify-manifests.ts';

/**
 * Asserts that the manifests of a document contradict nothing, as `mooring verify --strict` does.
 * @param document as a user writes it; absent: all defaults.
 * @returns the stack it describes. @throws AssertionError with every error and warning; StackError when the document or
 * its stack is refused.
 */
export function assertStackVerifies(kind: StackKind, document: unknown = {}): Stack {
  const stack = kind.stack(readAnyDocument([kind], document, 'The document').document);
  const manifests = { file: `the manifests of ${stack.name}`, text: manifestsOf(stack) };
  const findings = verifyManifests([manifests], [kind]).filter(({ severity }) => severity !== 'unknown');
  if (findings.length === 0) return stack;
  throw new AssertionError({
    message: `The stack "${stack.name}" does not verify:\n${findings.map(findingText).join('\n')}`,
    stackStartFn: assertStackVerifies,
  });
}

function manifestsOf(stack: Stack): string {
  const secretValues = Object.fromEntries(
    generatedSecretKeys(stack).map(({ key }) => [key, newSecretValue()]),
  );
  return stringifyManifests(renderStack(stack, { secretValues }));
}
