import { describe, expect, test } from 'vitest';
import { chatCheck } from '../../contract/chat-turn.ts';
import { chatStack } from '../../contract/chat-stack.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { HandshakeRefused, type Reach, type ReachSocket, type SocketRequest } from '../../model/reach.ts';

const documentWith = (spec: object) =>
  readChatStack(
    { apiVersion: 'mooring.dev/v1alpha1', kind: 'ChatStack', metadata: { name: 'demo' }, spec },
    'a test',
  );
const open = documentWith({});
const jwt = documentWith({ auth: { mode: 'jwt', jwksUrl: 'https://id.example.test/keys' } });

const tokenOf = (claims: object): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

interface Sent {
  readonly id: string;
}
const at = '2026-11-25T00:00:00Z';
const welcome = {
  ...{ type: 'welcome', patientId: 'p', sessionId: 's', mode: 'extractive' },
  ...{ epoch: '', offset: 0, recovered: false, history: [] },
};
const ack = ({ id }: Sent) => ({ type: 'ack', id, offset: 1, recordedAt: at, duplicate: false });
const done = ({ id }: Sent, text: string) => ({
  type: 'done',
  id,
  offset: 2,
  recordedAt: at,
  text,
  facts: [],
});
const failure = (code: string) => ({ type: 'error', code, retryable: false, message: 'no' });

/** A stack whose chat answers each message with these frames; `asked` has what was asked for. */
function reach(answers: (sent: Sent) => readonly object[]): { reach: Reach; asked: SocketRequest[] } {
  const asked: SocketRequest[] = [];
  const webSocket: Reach['webSocket'] = (_to, request) => {
    asked.push(request);
    let sent: Sent = { id: '' };
    async function* messages(): AsyncGenerator<string> {
      yield JSON.stringify(welcome);
      for (const frame of answers(sent)) yield JSON.stringify(frame);
    }
    const socket: ReachSocket = {
      pod: 'demo-backend-0',
      send: (text) => (sent = JSON.parse(text) as Sent),
      messages: messages(),
      close: () => undefined,
    };
    return Promise.resolve(socket);
  };
  return { reach: { webSocket } as unknown as Reach, asked };
}

const stack = chatStack(open);
const run = (through: Reach, document = open, token?: string) =>
  chatCheck.run(through, { document, stack, ...(token === undefined ? {} : { token }) });

describe('the check of a chat stack', () => {
  test('passes with a whole acknowledged answer, and gives it as data', async () => {
    const chat = reach((sent) => [{ type: 'of a later version' }, ack(sent), done(sent, 'Yes.')]);
    const result = await run(chat.reach);
    expect(result.data).toEqual({
      turn: { pod: 'demo-backend-0', question: 'Is anybody there?', answer: 'Yes.' },
    });
    expect(result.says).toBe('The chat answers in the cluster: "Yes." (pod demo-backend-0).');
    expect(chat.asked).toMatchObject([
      {
        path: expect.stringMatching(/^\/ws\/chat\/patient%3Amooring-apply\/session%3A/) as string,
        protocols: [],
      },
    ]);
  });

  test('with a token chats as the patient it belongs to', async () => {
    const chat = reach((sent) => [ack(sent), done(sent, 'Yes.')]);
    const token = tokenOf({ sub: 'patient:ü' });
    await run(chat.reach, jwt, token);
    expect(chat.asked).toMatchObject([
      {
        path: expect.stringContaining(encodeURIComponent('patient:ü')) as string,
        protocols: ['mooring.chat.v2', `mooring.jwt.${token}`],
      },
    ]);
  });

  test.each([
    [
      'an answer that was not acknowledged',
      (sent: Sent) => [done(sent, 'Yes.')],
      false,
      /never acknowledged/,
    ],
    ['an empty answer', (sent: Sent) => [ack(sent), done(sent, ' ')], false, /with nothing/],
    ['a close before the answer', (sent: Sent) => [ack(sent)], false, /closed the connection/],
    ['an error frame', () => [failure('STORE_AWAY')], false, /STORE_AWAY: no/],
    ['an error frame about the token', () => [failure('FORBIDDEN')], true, /FORBIDDEN: no/],
  ])('does not pass with %s', async (_, answers, final, message) => {
    await expect(run(reach(answers).reach)).rejects.toMatchObject({
      name: 'CheckFailed',
      final,
      message: expect.stringMatching(message) as string,
    });
  });

  test.each([
    [503, false],
    [401, true],
    [403, true],
  ])(
    'does not pass with a handshake answered with %i; asking again cannot help: %s',
    async (status, final) => {
      const body = JSON.stringify({ code: 'NOT_READY', message: 'Waiting.', reasons: ['Redis is away'] });
      const refusing = { webSocket: () => Promise.reject(new HandshakeRefused(status, body)) };
      await expect(run(refusing as unknown as Reach)).rejects.toMatchObject({
        final,
        message: `the chat refused the handshake with ${status}: Waiting. Redis is away`,
      });
    },
  );

  test.each([
    ['without a token where none is wanted', open, undefined, undefined],
    ['without a token where one is wanted', jwt, undefined, /wants a token/],
    ['with a token of a patient', jwt, tokenOf({ sub: 'patient:demo' }), undefined],
    ['with a token of no patient', jwt, tokenOf({ aud: 'x' }), /no JWT/],
    ['with what is no token', jwt, 'secret', /no JWT/],
    ['with a token whose claims are null', jwt, `e30.${btoa('null')}.x`, /no JWT/],
  ])('is refused %s only where it must be', (_, document, token, expected) => {
    const refusal = chatCheck.refusal(document, token);
    if (expected === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(expected);
  });
});
