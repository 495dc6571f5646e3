import { describe, expect, test } from 'vitest';
import { refusedObjects } from './refused-objects.ts';
import { findingsIn, type Fields } from './small-manifests.ts';

const errorsIn = (object: Fields): string[] =>
  findingsIn(object)
    .filter(({ severity }) => severity === 'error')
    .map(({ here }) => here.field);

describe('what the API server refuses is told once, where it is', () => {
  test.each(refusedObjects)('$name', ({ wrong, at }) => {
    expect(errorsIn(wrong)).toEqual([at]);
  });
});

test('the twins, which the API server takes, have no errors', () => {
  const alarms = refusedObjects.filter(({ right }) => errorsIn(right).length > 0);
  expect(alarms.map(({ name }) => name)).toEqual([]);
});

test('a value of a Secret is in no message', () => {
  const secrets = refusedObjects.filter(({ wrong }) => wrong['kind'] === 'Secret');
  expect(secrets.length).toBeGreaterThan(3);
  for (const { wrong } of secrets)
    for (const value of Object.values((wrong['stringData'] ?? {}) as Fields))
      for (const { message, fix } of findingsIn(wrong))
        expect(`${message} ${fix}`).not.toContain(`"${String(value)}"`);
});
