import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { latestFiles } from '../../scripts/generated.ts';

const latest = await latestFiles();

test.each(Object.keys(latest))('%s is the latest', (path) => {
  expect(existsSync(path) ? readFileSync(path, 'utf8') : 'missing').toBe(latest[path]);
});

test('sabotage: a changed contract makes a checked-in file stale', () => {
  expect(latest['docs/reference/ports.md']?.replace('6379', '6380')).not.toBe(
    readFileSync('docs/reference/ports.md', 'utf8'),
  );
});
