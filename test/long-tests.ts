/**
 * Files that need no server and take seconds: walks over whole documents, sets of conversations, process starts.
 * `npm test` runs them; `npm run test:unit` answers without them.
 */
export const longTests: readonly string[] = [
  'test/app/llm/llm.test.ts',
  'test/app/meaning/meanings.test.ts',
  'test/app/memory/fact-reading.test.ts',
  'test/app/memory/memory.test.ts',
  'test/app/stores/embedded.test.ts',
  'test/app/stores/unreachable.test.ts',
  'test/app/ws/answers.test.ts',
  'test/app/ws/follower.test.ts',
  'test/charts-ts/hostile-document.test.ts',
  'test/charts-ts/hostile-yaml.test.ts',
  'test/cli/env/languages.test.ts',
  'test/contract/one-place.test.ts',
  'test/contract/words.test.ts',
  'test/deploy/secrets-in-changes.test.ts',
  'test/freeze/freeze.test.ts',
  'test/operator/manifests/operator-manifests.test.ts',
  'test/proof/fixes.test.ts',
  'test/proof/hostile-input.test.ts',
  'test/proof/mutation.test.ts',
  'test/proof/refusals.test.ts',
  'test/proof/rules-that-lack.test.ts',
  'test/proof/verify.test.ts',
  'test/proof/wide-objects.test.ts',
  'test/scripts/generated.test.ts',
];
