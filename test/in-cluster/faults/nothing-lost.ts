import { expect } from 'vitest';
import type { Turn } from '../../../contract/protocol.ts';
import { ChatClient } from '../../e2e/chat-client.ts';
import { chatUrlOf } from '../stack/ask.ts';
import { until } from '../stack/until.ts';
import type { Chatter } from './crowd.ts';

/**
 * Asserts that every message the server acknowledged to a client is stored and answered, and that none is stored,
 * answered or shown twice.
 * @param socketsUrl where WebSockets are.
 */
export async function nothingLostOrTwice(
  socketsUrl: string,
  { patient, session, client }: Chatter,
): Promise<void> {
  const history = await historyOf(chatUrlOf(socketsUrl.replace(/^http/, 'ws'), { patient, session }));
  const stored = history.filter(({ speaker }) => speaker === 'patient').map(({ id }) => id);
  const answered = history.flatMap(({ replyTo }) => replyTo ?? []);
  const shown = client.entries.filter(({ kind }) => kind === 'said').map(({ text }) => text);
  for (const each of [stored, answered, shown]) expect(each).toEqual([...new Set(each)]);
  expect([...client.acknowledged].filter((id) => !stored.includes(id))).toEqual([]);
  expect(stored.filter((id) => !answered.includes(id))).toEqual([]);
}

/** What a new connection is shown of a session; dialled again while the last pod is still leaving. */
async function historyOf(url: string): Promise<readonly Turn[]> {
  let history: readonly Turn[] = [];
  await until('a connection to show the history', async () => {
    const reader = new ChatClient(url);
    try {
      ({ history } = await reader.frame('welcome'));
      return true;
    } finally {
      reader.socket.terminate();
    }
  });
  return history;
}
