import { AssertionError } from 'node:assert';
import { expect, test } from 'vitest';
import { assertEnvParses } from '../../testing.ts';
import { webVariables } from '../kinds/shop-kind.ts';

test('an environment that parses gives its values', () => {
  expect(assertEnvParses(webVariables, { QUEUE_PORT: '5671' })).toMatchObject({ QUEUE_PORT: 5671 });
});

test('one that does not is an AssertionError that names every bad variable, and no secret', () => {
  const source = { QUEUE_PORT: ' 5671 ', SHOP_CURRENCY: 'eur', QUEUE_PASSWORD: 'open-sesame' };
  const assert = (): unknown => assertEnvParses(webVariables, source);
  expect(assert).toThrow(AssertionError);
  expect(assert).toThrow(/QUEUE_PORT is " 5671 "[^]*SHOP_CURRENCY is "eur"/);
  expect(assert).not.toThrow('open-sesame');
});

test('rules across variables are asserted, too', () => {
  const together = () => [{ name: 'QUEUE_HOST', message: 'QUEUE_HOST is refused together.' }];
  expect(() => assertEnvParses(webVariables, {}, { together })).toThrow('QUEUE_HOST is refused together.');
});
