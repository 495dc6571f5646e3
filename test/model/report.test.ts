import { expect, test } from 'vitest';
import { readinessReport } from '../../model/report.ts';

test('a report of another language and a newer version is read: only names and states are needed', () => {
  const gate = { name: 'queue', state: 'closed', since: '2026-11-28T00:00:00+00:00', owner: 'shop' };
  expect(readinessReport.parse({ version: 2, ready: false, gates: [gate] })).toEqual({
    ready: false,
    gates: [
      {
        ...{ name: 'queue', state: 'closed', since: gate.since },
        ...{ lastError: null, attempts: 0 },
      },
    ],
  });
});
