import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { findingText } from '../../proof/findings.ts';
import { readDocuments, UnreadableError } from '../../proof/source.ts';
import { verifyChat } from './known.ts';

const folder = join(import.meta.dirname, 'broken');
const files = globSync('*.yaml', { cwd: folder }).sort();

/** What is said about a file, as the terminal shows it. */
function said(file: string): string {
  try {
    return verifyChat(readDocuments(file, readFileSync(join(folder, file), 'utf8')))
      .map(findingText)
      .join('\n');
  } catch (error) {
    if (error instanceof UnreadableError) return `not readable: ${error.message}`;
    throw error;
  }
}

test('there are at least twenty', () => expect(files.length).toBeGreaterThanOrEqual(20));

/** After a change of words: `npx vitest run --project unit test/proof/broken.test.ts -u`, and read the difference. */
test.each(files)('%s', async (file) => {
  const text = said(file);
  expect(text).toContain(file);
  await expect(`${text}\n`).toMatchFileSnapshot(join(folder, `${basename(file, '.yaml')}.txt`));
});
