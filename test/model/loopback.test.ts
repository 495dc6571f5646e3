import { expect, test } from 'vitest';
import { isLoopback } from '../../model/loopback.ts';

test.each([
  'localhost',
  '127.0.0.1',
  '127.1.2.3',
  '::1',
  '[::1]',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '127.1',
])('%s is this machine itself', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each([
  '127.evil.example',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'x@127.0.0.1',
  '127.0.0.1:80',
  '128.0.0.1',
  '127.0.0.1.9',
  '::2',
  '',
])('"%s" is not', (host) => {
  expect(isLoopback(host)).toBe(false);
});
