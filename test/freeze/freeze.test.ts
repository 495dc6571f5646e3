import { describe, expect, test } from 'vitest';
import { frozenFiles } from './frozen.ts';
import { observeManifests } from './observe/manifests.ts';
import { observeTables } from './observe/tables.ts';
import { observeTestNames, vanished } from './observe/test-names.ts';
import { plainJson } from './plain.ts';

/** What an order changes is written down by `npm run freeze`, as a difference in its commit. */
const frozen = frozenFiles;

describe('frozen', () => {
  test('the manifests of every preset, option and reader are the same bytes', () => {
    expect(observeManifests()).toEqual(frozen('manifests'));
  });

  test('error codes, exit codes, frames, bodies, names, labels, digests, variables and metrics are the same', () => {
    expect(observeTables()).toEqual(frozen('tables'));
  });

  test('every test there was is still there, wherever it stands now', async () => {
    const [now, before] = [await observeTestNames(), frozen('test-names')];
    expect(vanished(before['names.txt'] ?? '', now['names.txt'] ?? '')).toEqual([]);
  });
});

describe('their sabotage twins', () => {
  test('a volume of another size is seen in every preset, and nowhere else', () => {
    const before = frozen('manifests');
    const broken = observeManifests({ redis: { storage: { size: '3Gi' } } });
    expect(Object.keys(before).filter((file) => broken[file] !== before[file])).toEqual([
      'dev.txt',
      'production.txt',
      'staging.txt',
    ]);
  });

  test('another exit code is seen', () => {
    const tables = observeTables();
    const broken = { ...tables, 'errors.json': tables['errors.json']?.replace('"exit": 78', '"exit": 77') };
    expect(broken).not.toEqual(frozen('tables'));
  });

  test('a table that is gone is seen', () => {
    const tables = Object.entries(observeTables());
    const broken = Object.fromEntries(tables.filter(([name]) => name !== 'protocol.json'));
    expect(broken).not.toEqual(frozen('tables'));
  });

  test('a test that is gone or renamed is seen, and one of two that are called the same', () => {
    const before = 'a\nb\nb\nc\n';
    expect(vanished(before, 'a\nb\nc\n')).toEqual(['b']);
    expect(vanished(before, 'a\nb\nb\nd\n')).toEqual(['c']);
    expect(vanished(before, 'new\nc\nb\na\nb\n')).toEqual([]);
  });

  test('a value is seen, a sentence, a time, a port and a place in the sources are not', () => {
    const seen = (value: unknown, message: string, at: string, line: number): string =>
      plainJson([
        { value, message, at, url: `http://127.0.0.1:${line}/`, definedAt: `contract/a.ts:${line}` },
      ]);
    const one = seen(1, 'As it was', '2026-01-01T00:00:00Z', 10);
    expect(seen(1, 'In other words', '2027-01-01T00:00:00.123Z', 20)).toBe(one);
    expect(seen(2, 'As it was', '2026-01-01T00:00:00Z', 10)).not.toBe(one);
  });
});
