import { expect, test } from 'vitest';
import { phasesOf, withPhase } from '../scripts/phases.ts';
import { durationLines } from './durations.ts';

test('a phase that was handed on is read back, and other words are left out', () => {
  const text = withPhase(withPhase(undefined, ['install', 31.4]), ['check', 96]);
  expect(text).toBe('install=31 check=96');
  expect(phasesOf(`${text} nonsense`)).toEqual([
    ['install', 31],
    ['check', 96],
  ]);
  expect(phasesOf(undefined)).toEqual([]);
});

test('a project lasts from its first file’s begin to its last one’s end, and slow files are named', () => {
  const file = (name: string, project: string, [from, to]: readonly [number, number]) => ({
    ...{ file: name, project },
    ...{ began: from * 1_000, ended: to * 1_000 },
  });
  expect(
    durationLines(
      [['install', 31]],
      [
        file('test/a.test.ts', 'unit', [0, 1]),
        file('test/e2e/b.test.ts', 'e2e', [1, 21]),
        file('test/e2e/c.test.ts', 'e2e', [2, 32]),
      ],
    ),
  ).toEqual([
    'Seconds by phase (projects run side by side):',
    '    31  install',
    '     1  unit (1 files, 1 in sequence)',
    '    31  e2e (2 files, 50 in sequence)',
    'Seconds of the slowest files:',
    '    30  e2e: test/e2e/c.test.ts',
    '    20  e2e: test/e2e/b.test.ts',
  ]);
});
