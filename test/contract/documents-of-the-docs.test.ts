import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseYaml } from '../../charts-ts/read-document.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { readAnyDocument } from '../../model/kinds.ts';
import { blocksOf } from '../e2e/shell-blocks.ts';
import { shopKind } from '../kinds/shop-kind.ts';

const kinds = [chatKind, shopKind] as const;

/** Sections for other tools: test/e2e/verify-ci.test.ts runs the one, test/operator/metrics.test.ts reads the other. */
const ofOtherTools = ['In CI', 'Metrics and alerts'];

/** Every `yaml` block of the README and of docs/, which show nothing but documents; ADRs show parts of manifests, too. */
const blocks = globSync(['README.md', 'docs/*.md', 'docs/reference/*.md']).flatMap((file) =>
  blocksOf(file)
    .filter(({ language, heading }) => language === 'yaml' && !ofOtherTools.includes(heading))
    .map(({ heading, text }) => [`${file}, ${heading}`, text] as const),
);

/** Reads a document as the command line does, and builds its stack. */
function take(text: string, source: string): readonly string[] {
  const { kind, document, warnings } = readAnyDocument(kinds, parseYaml(text, source).value, source);
  kind.stack(document);
  return warnings;
}

test.each(blocks)('the document of %s is valid, and in no earlier form', (source, text) => {
  expect(take(text, source)).toEqual([]);
});

test('the README shows one whole document', () => {
  const whole = blocks.filter(([source, text]) => source.startsWith('README.md') && /^kind:/m.test(text));
  expect(whole).toHaveLength(1);
});

test('sabotage: a document with a misspelt field, and one that contradicts its preset, are refused', () => {
  expect(() => take('spec: { redis: { extrenal: { host: a } } }', 'it')).toThrow('extrenal');
  expect(() => take('spec: { preset: production }', 'it')).toThrow('spec.auth.mode');
});
