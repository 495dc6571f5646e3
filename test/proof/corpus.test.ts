import { describe, expect, test } from 'vitest';
import { findingText } from '../../proof/findings.ts';
import { verifyChat } from './known.ts';
import { corpusFiles, fileDocs } from './manifests.ts';

/**
 * Correct manifests in the style of public projects, which say nothing of Mooring: `f1-…` to `f12-…` are three
 * variations of each kind of false alarm that verify once gave, `set-…` are whole sets. That an API server takes them
 * is held by test/apiserver/verify-schema.test.ts.
 */
describe('verify has nothing to say of correct manifests of others', () => {
  test('there are at least sixty', () => expect(corpusFiles.length).toBeGreaterThanOrEqual(60));

  test.each(corpusFiles)('%s', (file) => {
    const findings = verifyChat(fileDocs(file)).filter(({ severity }) => severity !== 'unknown');
    expect(findings.map(findingText)).toEqual([]);
  });

  test.each(Array.from({ length: 12 }, (_, index) => `f${index + 1}-`))('three variations of %s', (kind) =>
    expect(corpusFiles.filter((file) => file.startsWith(`corpus/${kind}`)).length).toBeGreaterThanOrEqual(3),
  );
});
