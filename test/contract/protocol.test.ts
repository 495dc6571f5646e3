import { expect, test } from 'vitest';
import { afterClose, clientFrame, closeCodes, messageFrame } from '../../contract/protocol.ts';

const half = '\ud83d';

test('half an emoji in a text is replaced, so that a resend is the same text', () => {
  expect(messageFrame.parse({ type: 'message', id: 'm1', text: `hi ${half}` }).text).toBe('hi \ufffd');
});

test('half an emoji in an id is refused: two such ids would become one', () => {
  expect(clientFrame.safeParse({ type: 'message', id: half, text: 'hi' }).success).toBe(false);
});

test.each([1002, 1007, 1008, 1009, 4500, 4999])(
  'after %i a client stops: it would be closed again',
  (code) => {
    expect(afterClose(code)).toBe('stop');
  },
);

test.each([1001, 1006, 1012, 1013, 4008, 4499])('after %i a client reconnects', (code) => {
  expect(afterClose(code)).toBe('reconnect');
});

test('no two reasons share a close code', () => {
  const codes = Object.values(closeCodes).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
