import { expect, test } from 'vitest';
import { changesOf } from '../../../scripts/package/changes.ts';

const changelog =
  '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.10.0 (2026-12-01)\n\n- Ten.\n\n## 0.1.0\n\n- One.\n';

test('a version has what its section says', () => {
  expect(changesOf(changelog, '0.1.0')).toBe('## 0.1.0\n\n- One.\n');
  expect(changesOf(changelog, '0.10.0')).toBe('## 0.10.0\n\n- Ten.\n');
});

test('a version without a section has what is not released yet', () => {
  expect(changesOf(changelog, '0.11.0')).toBe('## 0.11.0\n\n- New.\n');
});

test('a changelog with neither is refused', () => {
  expect(() => changesOf('# Changelog\n', '1.0.0')).toThrow(
    'neither a section "## 1.0.0" nor "## Unreleased"',
  );
});
