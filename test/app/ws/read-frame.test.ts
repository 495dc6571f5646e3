import { describe, expect, test } from 'vitest';
import { readFrame } from '../../../app/ws/read-frame.ts';
import { scopeOf } from '../../../app/ws/chat-path.ts';

test('a message frame is read, its text trimmed', () => {
  expect(readFrame('{"type":"message","id":"1","text":" hello "}')).toEqual({
    ok: true,
    frame: { type: 'message', id: '1', text: 'hello' },
  });
});

test.each([
  ['no JSON', 'hello', 'no JSON'],
  ['an unknown type', '{"type":"shout"}', 'type'],
  ['an unknown key', '{"typ":"message","id":"1","text":"a"}', 'type'],
  ['an empty text', '{"type":"message","id":"1","text":"  "}', 'text'],
  ['a text too long', JSON.stringify({ type: 'message', id: '1', text: 'a'.repeat(16_001) }), 'text'],
  ['an id that is no text', '{"type":"message","id":1,"text":"a"}', 'id'],
  ['a list', '[]', 'frame'],
])('%s is refused in words', (_what, text, word) => {
  const read = readFrame(text);
  expect(read.ok).toBe(false);
  expect(JSON.stringify(read)).toContain(word);
});

test('the refusal names the message it is about', () => {
  expect(readFrame('{"type":"message","id":"m1","text":""}')).toMatchObject({ ok: false, id: 'm1' });
});

describe('the path of a handshake', () => {
  test('is percent-decoded', () => {
    expect(scopeOf('/ws/chat/patient%3Ademo/session%3A1769173656693?x=1')).toEqual({
      patientId: 'patient:demo',
      sessionId: 'session:1769173656693',
    });
  });

  test.each(['/', '/ws/chat/a', '/ws/chat/a/b/c', '/WS/chat/a/b', '/ws/chat//a/b'])(
    '%s is not found',
    (url) => {
      expect(() => scopeOf(url)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    },
  );

  test.each([
    '/ws/chat/%ZZ/b',
    '/ws/chat/a%2Fb/c',
    '/ws/chat/a/%20',
    '/ws/chat/a/',
    `/ws/chat/a/${'b'.repeat(129)}`,
    '/ws/chat/a/%00',
  ])('%s holds no ids', (url) => {
    expect(() => scopeOf(url)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});
