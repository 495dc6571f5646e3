import { expect, test } from 'vitest';
import { patientOf, socketUrl } from '../../web/src/url.ts';

test.each([
  ['/chat/patient:demo', 'patient:demo'],
  ['/chat/patient%3Ademo/', 'patient:demo'],
  ['/chat/J%C3%BCrgen', 'Jürgen'],
])('%s is the chat of %s', (path, patient) => {
  expect(patientOf(path)).toBe(patient);
});

test.each(['/', '/chat/', '/chat/a/b', '/chat/%', '/chat/a%20b', '/chat/a%2Fb'])(
  '%s names no patient',
  (path) => {
    expect(patientOf(path)).toBeUndefined();
  },
);

test("the WebSocket is on the page's origin, as safe as the page", () => {
  const address = '/ws/chat/patient%3Ademo/session%3A1769173656693';
  const of = (origin: string) =>
    socketUrl(origin, { patientId: 'patient:demo', sessionId: 'session:1769173656693' });
  expect(of('http://chat.test')).toBe(`ws://chat.test${address}`);
  expect(of('https://chat.test')).toBe(`wss://chat.test${address}`);
});

test('a position that a server is asked to go on from stands in the query', () => {
  const chat = { patientId: 'patient:demo', sessionId: 's' };
  const url = new URL(socketUrl('http://chat.test', chat, { epoch: 'a&b=c', offset: 7 }));
  expect(Object.fromEntries(url.searchParams)).toEqual({ epoch: 'a&b=c', offset: '7' });
});
