import { describe, expect, test } from 'vitest';
import { onceInitialized } from '../../kube/initializing.ts';

const answer = (status: number, message: string) => ({ status, json: { message }, warnings: [] });
const initializing = (status: number) => answer(status, 'storage is (re)initializing');

/** Answers these one after the other, and counts. */
function answering(...answers: ReturnType<typeof answer>[]) {
  let sent = 0;
  return { send: () => Promise.resolve(answers[sent++] ?? answer(200, '')), count: () => sent };
}

describe('a request whose storage the API server makes anew', () => {
  test('is sent again until it is made, whatever status says so', async () => {
    const { send, count } = answering(initializing(429), initializing(500));
    expect((await onceInitialized(send)).status).toBe(200);
    expect(count()).toBe(3);
  });

  test('ends with its signal, and its reason', async () => {
    const stopping = new AbortController();
    const send = () => {
      stopping.abort(new Error('enough'));
      return Promise.resolve(initializing(429));
    };
    await expect(onceInitialized(send, stopping.signal)).rejects.toThrow('enough');
  });
});

test.each([answer(429, 'too many requests'), answer(500, 'etcdserver: request timed out'), answer(200, '')])(
  'an answer of another cause is the answer: %j',
  async (other) => {
    const { send, count } = answering(other);
    expect(await onceInitialized(send)).toBe(other);
    expect(count()).toBe(1);
  },
);
