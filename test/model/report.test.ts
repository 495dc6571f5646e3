import { expect, test } from 'vitest';
import { configReport, readinessReport } from '../../model/report.ts';

test('a report of another language and a newer version is read: only names and states are needed', () => {
  const gate = { name: 'queue', state: 'closed', since: '2026-11-28T00:00:00+00:00', owner: 'shop' };
  expect(readinessReport.parse({ version: 2, ready: false, gates: [gate] })).toEqual({
    version: 2,
    ready: false,
    gates: [
      {
        ...{ name: 'queue', state: 'closed', since: gate.since },
        ...{ lastError: null, attempts: 0 },
      },
    ],
  });
});

test('a report without a version is of the first', () => {
  expect(readinessReport.parse({ ready: true, gates: [] })).toMatchObject({ version: 1 });
  expect(configReport.parse({ digest: 'd', values: {}, secretsSet: [] })).toMatchObject({ version: 1 });
});

test('a state that is not known here is read as unknown, and the other gates as they are', () => {
  const gates = [
    { name: 'queue', state: 'paused' },
    { name: 'cache', state: 'open' },
  ];
  expect(readinessReport.parse({ ready: true, gates })).toMatchObject({
    gates: [{ state: 'unknown' }, { state: 'open' }],
  });
});

test.each([
  ['no object', null],
  ['no gates', { ready: true }],
  ['a gate without a state', { ready: true, gates: [{ name: 'queue' }] }],
  ['a gate without a name', { ready: true, gates: [{ state: 'open' }] }],
])('%s is no report', (_, body) => {
  expect(readinessReport.safeParse(body).success).toBe(false);
});
