import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { blocksOf, titleOf } from './shell-blocks.ts';

const fence = '```';

function page(...lines: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'page.md'), lines.join('\n'));
  return join(folder, 'page.md');
}

test('the commands of a page are found with their heading and their tag; other fences are not', () => {
  const file = page(
    '# A',
    `${fence}sh`,
    'one',
    'two',
    fence,
    '',
    '### B c',
    `${fence}sh needs=docker`,
    'three',
    fence,
  );
  expect(blocksOf(file)).toEqual([
    { language: 'sh', heading: 'A', text: 'one\ntwo' },
    { language: 'sh', heading: 'B c', text: 'three', needs: 'docker' },
  ]);
  expect(blocksOf(file).map(titleOf)).toEqual(['A: one', 'B c: three']);
  expect(blocksOf(page(`${fence}mermaid`, 'a', fence))).toEqual([]);
});

test('a tag that is no reason is refused: a command would silently not be run', () => {
  expect(() => blocksOf(page(`${fence}sh skip`, 'one', fence))).toThrow('tagged " skip"');
});
